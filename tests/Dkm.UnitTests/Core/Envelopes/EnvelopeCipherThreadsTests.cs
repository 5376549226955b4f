namespace Dkm.UnitTests.Core.Envelopes;

using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using Dkm.Core;
using Dkm.Core.Envelopes;
using Dkm.Core.Secrets;
using Xunit;

public sealed class EnvelopeCipherThreadsTests
{
    private static readonly KeyId Id = KeyId.Read(new byte[16]);

    public static TheoryData<Suite> Suites => EnvelopeCipherTests.Suites;

    // An AesGcm shared by two threads answers with exceptions and now and then with a wrong ciphertext; this is the test that would see it.
    [Theory]
    [MemberData(nameof(Suites))]
    public void SealAndOpen_ManyThreadsOnOneCipher_AllOpen(Suite suite)
    {
        using var material = SecretBytes.Random(32);
        using var cipher = new EnvelopeCipher(Id, material, suite);
        var problems = new ConcurrentQueue<Exception>();
        Run(16, number =>
        {
            var plaintext = Enumerable.Repeat((byte)number, 64 + (number * 16)).ToArray();
            var envelope = new byte[Envelope.Length(suite, plaintext.Length)];
            var opened = new byte[plaintext.Length];
            for (var i = 0; i < 4_000; i++)
            {
                cipher.Seal(plaintext, BitConverter.GetBytes(i), envelope);
                Array.Clear(opened);
                cipher.Open(envelope, BitConverter.GetBytes(i), opened);
                if (!opened.AsSpan().SequenceEqual(plaintext))
                {
                    throw new InvalidOperationException("opened to something else");
                }
            }
        }, problems);
        Assert.Empty(problems);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Dispose_WhileOthersSeal_EveryEnvelopeIsOfTheTrueKey(Suite suite)
    {
        using var material = SecretBytes.Random(32);
        using var check = new EnvelopeCipher(Id, material, suite);
        for (var round = 0; round < 30; round++)
        {
            var cipher = new EnvelopeCipher(Id, material, suite);
            var problems = new ConcurrentQueue<Exception>();
            using var under = new CountdownEvent(4);
            var disposer = new Thread(() =>
            {
                under.Wait(TestContext.Current.CancellationToken);
                cipher.Dispose();
            });
            disposer.Start();
            Run(4, _ =>
            {
                var envelope = new byte[Envelope.Length(suite, 32)];
                var opened = new byte[32];
                for (var i = 0; ; i++)
                {
                    try
                    {
                        cipher.Seal(new byte[32], [], envelope);
                    }
                    catch (ObjectDisposedException)
                    {
                        // Only after the dispose, which waits for this signal.
                        Assert.True(i >= 10);
                        return;
                    }

                    check.Open(envelope, [], opened);
                    if (i == 10)
                    {
                        under.Signal();
                    }
                }
            }, problems);
            disposer.Join();
            Assert.Empty(problems);
        }
    }

    private static void Run(int count, Action<int> work, ConcurrentQueue<Exception> problems)
    {
        using var start = new Barrier(count);
        var threads = Enumerable.Range(0, count).Select(number => new Thread(() =>
        {
            try
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                work(number);
            }
            catch (Exception problem) when (problem is not OutOfMemoryException)
            {
                problems.Enqueue(problem);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }
}
