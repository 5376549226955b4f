{{/* etcdctl as root, one command and no shell, which etcd's images do not have. root, name, command (a list), resources, mounts */}}
{{- define "dkm.etcdctl" -}}
- name: {{ .name }}
  image: {{ include "dkm.etcd.image" .root }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  securityContext:
    {{- include "dkm.containerSecurityContext" .root | nindent 4 }}
  command: [/usr/local/bin/etcdctl]
  args:
    - --endpoints=https://{{ include "dkm.host" (dict "root" .root "name" "etcd") }}:2379
    - --cacert=/var/run/etcd/root/ca.crt
    - --cert=/var/run/etcd/root/tls.crt
    - --key=/var/run/etcd/root/tls.key
    - --command-timeout={{ default "30s" .timeout }}
    {{- range .command }}
    - {{ . | quote }}
    {{- end }}
  resources:
    {{- toYaml .resources | nindent 4 }}
  volumeMounts:
    - {name: root, mountPath: /var/run/etcd/root, readOnly: true}
    {{- with .mounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{- define "dkm.etcdctl.root" -}}
- name: root
  secret:
    secretName: {{ include "dkm.tlsSecret" (dict "root" . "cert" "etcdRoot") }}
    defaultMode: 0440
{{- end -}}
