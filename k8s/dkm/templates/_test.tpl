{{- define "dkm.test.container" -}}
image: {{ include "dkm.image" (dict "root" .root "name" "cli") }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  {{- include "dkm.containerSecurityContext" .root | nindent 2 }}
env:
  - {name: DKM_HOME, value: /etc/dkm}
  - {name: DKM_IDENTITY, value: test}
  - {name: DKM_RING, value: {{ .root.Values.test.ring | quote }}}
  - {name: DOTNET_EnableDiagnostics, value: "0"}
resources:
  {{- toYaml .root.Values.test.resources | nindent 2 }}
volumeMounts:
  - {name: home, mountPath: /etc/dkm, readOnly: true}
  - {name: scratch, mountPath: /scratch}
{{- end -}}
