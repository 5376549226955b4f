{{/* A configuration key of docs/configuration.md as the variable of the environment that stands for it. */}}
{{- define "dkm.variable" -}}
- name: DKM__{{ .key | replace ":" "__" }}
  value: {{ .value | quote }}
{{- end -}}

{{/* All that a service is told. It is part of the pod's template: a change of it rolls the pods. */}}
{{- define "dkm.environment" -}}
{{- $root := .root -}}
{{- $values := get .root.Values .name -}}
{{- $pairs := list -}}
{{- if .root.Values.development -}}
{{- $pairs = append $pairs (list "Development" "true") -}}
{{- end -}}
{{- $pairs = concat $pairs (list
  (list "Server:Listen" (printf "%s:8443" .root.Values.listenAddress))
  (list "Server:Health" (printf "%s:8081" .root.Values.listenAddress))
  (list "Tls:TrustDomain" .root.Values.trustDomain)
  (list "Tls:CertificateFile" "/var/run/dkm/tls/tls.crt")
  (list "Tls:KeyFile" "/var/run/dkm/tls/tls.key")
  (list "Tls:ServiceCaFile" "/var/run/dkm/trust/service.crt")
  (list "Tls:WorkloadCaFile" "/var/run/dkm/trust/workload.crt")
  (list "Tls:HumanCaFile" "/var/run/dkm/trust/human.crt")) -}}
{{- if .root.Values.trust.denied.configMapName -}}
{{- $pairs = append $pairs (list "Tls:DeniedFile" "/var/run/dkm/trust/denied") -}}
{{- end -}}
{{- if ne .name "access" -}}
{{- $pairs = append $pairs (list "Access:Address" (include "dkm.address" (dict "root" $root "name" "access"))) -}}
{{- end -}}
{{- if eq .name "crypto" -}}
{{- $pairs = append $pairs (list "KeyRing:Address" (include "dkm.address" (dict "root" $root "name" "keyring"))) -}}
{{- else -}}
{{- range $i, $endpoint := include "dkm.etcd.endpoints" .root | fromJsonArray -}}
{{- $pairs = append $pairs (list (printf "Store:Etcd:Endpoints:%d" $i) $endpoint) -}}
{{- end -}}
{{- if include "dkm.etcd.tls" .root -}}
{{- $pairs = concat $pairs (list
  (list "Store:Etcd:CertificateFile" "/var/run/dkm/etcd/tls.crt")
  (list "Store:Etcd:KeyFile" "/var/run/dkm/etcd/tls.key")
  (list "Store:Etcd:CaFile" "/var/run/dkm/etcd/ca.crt")) -}}
{{- else -}}
{{- $pairs = append $pairs (list "Store:Etcd:AllowPlaintext" "true") -}}
{{- end -}}
{{- $pairs = concat $pairs (list
  (list "Store:StateDirectory" "/var/lib/dkm/state")
  (list "Root:File" "/var/run/dkm/root/root")
  (list "Root:GroupMayRead" "true")) -}}
{{- end -}}
{{- if eq .name "access" -}}
{{- range $i, $administrator := .root.Values.firstAdministrators -}}
{{- $pairs = append $pairs (list (printf "FirstAdministrators:%d" $i) $administrator) -}}
{{- end -}}
{{- end -}}
{{- if .root.Values.telemetry.otlpEndpoint -}}
{{- $pairs = append $pairs (list "Telemetry:OtlpEndpoint" .root.Values.telemetry.otlpEndpoint) -}}
{{- end -}}
{{- range $key := keys $values.config | sortAlpha -}}
{{- $pairs = append $pairs (list $key (get $values.config $key | toString)) -}}
{{- end -}}
- name: DOTNET_EnableDiagnostics
  value: "0"
{{- range $pairs }}
{{ include "dkm.variable" (dict "key" (index . 0) "value" (index . 1)) }}
{{- end }}
{{- end -}}

{{/* The pod of Access, KeyRing or Crypto. root, name */}}
{{- define "dkm.service.pod" -}}
{{- $root := .root -}}
{{- $values := get .root.Values .name -}}
{{- $stores := ne .name "crypto" -}}
metadata:
  labels:
    {{- include "dkm.selectorLabels" . | nindent 4 }}
    app.kubernetes.io/part-of: dkm
    app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
    {{- with .root.Values.commonLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- include "dkm.pod" . | nindent 2 }}
  terminationGracePeriodSeconds: 30
  {{- include "dkm.spread" (dict "root" .root "name" .name "place" $values "antiAffinity" .root.Values.antiAffinity) | nindent 2 }}
  containers:
    - name: {{ .name }}
      image: {{ include "dkm.image" . }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      securityContext:
        {{- include "dkm.containerSecurityContext" .root | nindent 8 }}
      env:
        {{- include "dkm.environment" . | nindent 8 }}
      ports:
        - name: grpc
          containerPort: 8443
        - name: health
          containerPort: 8081
      {{- /* Over plain HTTP: Kubernetes' own gRPC probes know no TLS. */}}
      startupProbe:
        httpGet: {path: /healthz, port: health}
        periodSeconds: 2
        failureThreshold: 60
      livenessProbe:
        httpGet: {path: /healthz, port: health}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: {path: /readyz, port: health}
        periodSeconds: 3
        timeoutSeconds: 3
        failureThreshold: 2
      lifecycle:
        preStop:
          {{- /* Callers look at the names every ten seconds, and name servers keep them for five: the pod's address is gone from there before the process is. */}}
          sleep: {seconds: 15}
      resources:
        {{- toYaml $values.resources | nindent 8 }}
      volumeMounts:
        - {name: tls, mountPath: /var/run/dkm/tls, readOnly: true}
        - {name: trust, mountPath: /var/run/dkm/trust, readOnly: true}
        - {name: tmp, mountPath: /tmp}
        {{- if $stores }}
        - {name: root, mountPath: /var/run/dkm/root, readOnly: true}
        - {name: state, mountPath: /var/lib/dkm}
        {{- if include "dkm.etcd.tls" .root }}
        - {name: etcd, mountPath: /var/run/dkm/etcd, readOnly: true}
        {{- end }}
        {{- end }}
  {{- /* Whole directories and never single files of them (subPath): those would not change with the secret. */}}
  volumes:
    - name: tls
      secret:
        secretName: {{ include "dkm.tlsSecret" (dict "root" $root "cert" .name) }}
        defaultMode: 0440
        items:
          - {key: tls.crt, path: tls.crt}
          - {key: tls.key, path: tls.key}
    - name: trust
      projected:
        defaultMode: 0440
        sources:
          - {{ include "dkm.serviceTrust" . | nindent 12 | trim }}
          - {{ include "dkm.trustSource" (dict "trust" .root.Values.trust.workload "to" "workload.crt") | nindent 12 | trim }}
          - {{ include "dkm.trustSource" (dict "trust" .root.Values.trust.human "to" "human.crt") | nindent 12 | trim }}
          {{- with .root.Values.trust.denied }}
          {{- if .configMapName }}
          - {{ include "dkm.trustSource" (dict "trust" . "to" "denied") | nindent 12 | trim }}
          {{- end }}
          {{- end }}
    - name: tmp
      emptyDir: {sizeLimit: 1Gi}
    {{- if $stores }}
    - name: root
      secret:
        secretName: {{ $values.root.secretName }}
        defaultMode: 0440
        items:
          - {key: {{ $values.root.key }}, path: root}
    {{- if include "dkm.etcd.tls" .root }}
    - name: etcd
      secret:
        secretName: {{ include "dkm.tlsSecret" (dict "root" $root "cert" (ternary "etcdAccess" "etcdKeyring" (eq .name "access"))) }}
        defaultMode: 0440
    {{- end }}
    {{- end }}
{{- end -}}

{{/* The bundle for services: the one that is named, else the CA beside the certificate that cert-manager made. */}}
{{- define "dkm.serviceTrust" -}}
{{- $trust := .root.Values.trust.service -}}
{{- if or $trust.configMapName $trust.secretName -}}
{{- include "dkm.trustSource" (dict "trust" $trust "to" "service.crt") -}}
{{- else -}}
{{- include "dkm.trustSource" (dict "trust" (dict "configMapName" "" "secretName" (include "dkm.tlsSecret" (dict "root" .root "cert" .name)) "key" "ca.crt") "to" "service.crt") -}}
{{- end -}}
{{- end -}}
