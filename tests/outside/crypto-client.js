// Encrypts and decrypts through Crypto with nothing but the .proto files and certificates.
//
//   node crypto-client.js ADDRESS IDENTITY-FOLDER RING encrypt key=value < plaintext > envelope
//   node crypto-client.js ADDRESS IDENTITY-FOLDER RING decrypt key=value < envelope > plaintext
//
// ADDRESS is host:port, without https://. Exit code 0; 2 with this usage where the verb is missing; 1 with a line "CODE REASON: message" on standard error.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const tls = require('node:tls');
const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');

const protos = path.join(__dirname, '..', '..', 'protos');
const expectedServer = 'spiffe://dkm.local/dkm/crypto';

function load() {
  const definition = protoLoader.loadSync('dkm/crypto/v1/crypto.proto', { includeDirs: [protos], longs: Number, enums: String });
  return grpc.loadPackageDefinition(definition).dkm.crypto.v1.CryptoService;
}

// The server must be exactly Crypto, not merely something that the service CA vouches for.
function checkServer(host, certificate) {
  const names = (certificate.subjectaltname ?? '').split(', ').filter(name => name.startsWith('URI:'));
  if (names.length !== 1 || names[0] !== `URI:${expectedServer}`) {
    return new Error(`the server is ${names.join(', ') || 'nobody'}, not ${expectedServer}`);
  }
  return tls.checkServerIdentity(host, certificate);
}

function connect(address, identity) {
  const file = name => fs.readFileSync(path.join(identity, name));
  const credentials = grpc.credentials.createSsl(file('ca.crt'), file('tls.key'), file('tls.crt'), { checkServerIdentity: checkServer });
  const Client = load();
  return new Client(address, credentials);
}

function call(client, method, request) {
  return new Promise((resolve, reject) =>
    client[method](request, { deadline: Date.now() + 10_000 }, (error, response) => (error ? reject(error) : resolve(response))));
}

// google.rpc.Status stands in grpc-status-details-bin; google.rpc.ErrorInfo carries the stable reason.
function reasonOf(error) {
  const [details] = error.metadata?.get('grpc-status-details-bin') ?? [];
  const match = details ? /[A-Z]{3,}(?:_[A-Z]+)+/.exec(details.toString('latin1')) : null;
  return match ? match[0] : '-';
}

async function main() {
  const [address, identity, ring, verb, ...pairs] = process.argv.slice(2);
  if (!['encrypt', 'decrypt'].includes(verb)) {
    process.stderr.write('usage: node crypto-client.js ADDRESS IDENTITY-FOLDER RING encrypt|decrypt [key=value]... < input > output\n');
    process.exitCode = 2;
    return;
  }
  const context = pairs.map(pair => ({
    key: Buffer.from(pair.slice(0, pair.indexOf('='))),
    value: Buffer.from(pair.slice(pair.indexOf('=') + 1)),
  }));
  const input = fs.readFileSync(0);
  const client = connect(address, identity);
  try {
    const output = verb === 'encrypt'
      ? (await call(client, 'Encrypt', { keyRing: ring, plaintext: input, context })).envelope
      : (await call(client, 'Decrypt', { keyRing: ring, envelope: input, context })).plaintext;
    process.stdout.write(output);
  } finally {
    client.close();
  }
}

main().catch(error => {
  process.stderr.write(`${grpc.status[error.code] ?? 'ERROR'} ${reasonOf(error)}: ${error.details ?? error.message}\n`);
  process.exitCode = 1;
});
