{{- define "dkm.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* At most 40 characters: names of members, of slots and of what controllers make come behind it. */}}
{{- define "dkm.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* In what follows the argument is a dict of root (the chart's top) and name (the component). */}}
{{- define "dkm.component" -}}
{{- printf "%s-%s" (include "dkm.fullname" .root) .name -}}
{{- end -}}

{{- define "dkm.selectorLabels" -}}
app.kubernetes.io/name: {{ include "dkm.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{- define "dkm.labels" -}}
{{ include "dkm.selectorLabels" . }}
app.kubernetes.io/part-of: dkm
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Metadata but for the name. */}}
{{- define "dkm.metadata" -}}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "dkm.labels" . | nindent 2 }}
{{- $annotations := merge (dict) (default (dict) .annotations) .root.Values.commonAnnotations }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The name under which a service's certificate, and etcd's, is reached within the cluster. */}}
{{- define "dkm.host" -}}
{{- printf "%s.%s.svc.%s" (include "dkm.component" .) .root.Release.Namespace .root.Values.clusterDomain -}}
{{- end -}}

{{- define "dkm.address" -}}
{{- printf "https://%s:8443" (include "dkm.host" .) -}}
{{- end -}}

{{- define "dkm.image" -}}
{{- $image := .root.Values.image -}}
{{- $repository := get $image.repositories .name -}}
{{- printf "%s:%s" (ternary (printf "%s/%s" $image.registry $repository) $repository (ne $image.registry "")) (default .root.Chart.AppVersion $image.tag) -}}
{{- end -}}

{{- define "dkm.etcd.image" -}}
{{- with .Values.etcd.image -}}
{{- printf "%s:%s%s" .repository .tag (ternary (printf "@%s" .digest) "" (ne .digest "")) -}}
{{- end -}}
{{- end -}}

{{- define "dkm.serviceAccountName" -}}
{{- default (include "dkm.component" .) (dig "serviceAccount" "name" "" (default (dict) (get .root.Values .name))) -}}
{{- end -}}

{{/* The secret with a certificate: one that is there, or the one that cert-manager makes. root, cert (the key below certificates.existing) */}}
{{- define "dkm.tlsSecret" -}}
{{- default (printf "%s-%s-tls" (include "dkm.fullname" .root) (kebabcase .cert)) (get .root.Values.certificates.existing .cert) -}}
{{- end -}}

{{- define "dkm.issued" -}}
{{- if and (eq .root.Values.certificates.source "certManager") (not (get .root.Values.certificates.existing .cert)) -}}true{{- end -}}
{{- end -}}

{{/* The issuer of a class: the one that is named, or the one that is made. root, class */}}
{{- define "dkm.issuerRef" -}}
{{- $issuer := get .root.Values.certificates.certManager.issuers .class -}}
name: {{ default (printf "%s-%s" (include "dkm.fullname" .root) (kebabcase .class)) $issuer.name }}
kind: {{ $issuer.kind }}
group: {{ $issuer.group }}
{{- end -}}

{{- define "dkm.etcd.members" -}}
{{- $etcd := include "dkm.component" (dict "root" . "name" "etcd") -}}
{{- $members := list -}}
{{- range $i := until (int .Values.etcd.replicas) -}}
{{- $members = append $members (printf "%s-%d.%s-members.%s.svc.%s" $etcd $i $etcd $.Release.Namespace $.Values.clusterDomain) -}}
{{- end -}}
{{- $members | toJson -}}
{{- end -}}

{{- define "dkm.etcd.endpoints" -}}
{{- if .Values.etcd.enabled -}}
{{- $endpoints := list -}}
{{- range include "dkm.etcd.members" . | fromJsonArray -}}
{{- $endpoints = append $endpoints (printf "https://%s:2379" .) -}}
{{- end -}}
{{- $endpoints | toJson -}}
{{- else -}}
{{- .Values.etcd.external.endpoints | toJson -}}
{{- end -}}
{{- end -}}

{{/* Whether a client certificate for etcd is used: always but with a plaintext one in development. */}}
{{- define "dkm.etcd.tls" -}}
{{- if or .Values.etcd.enabled (not .Values.etcd.external.allowPlaintext) -}}true{{- end -}}
{{- end -}}

{{- define "dkm.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: {{ .Values.runAs.user }}
runAsGroup: {{ .Values.runAs.group }}
fsGroup: {{ .Values.runAs.group }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "dkm.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* What is the same in every pod: nothing of Kubernetes' API, no names of others, no root. root, name, account (whose service account, if not its own) */}}
{{- define "dkm.pod" -}}
serviceAccountName: {{ include "dkm.serviceAccountName" (dict "root" .root "name" (default .name .account)) }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "dkm.podSecurityContext" .root | nindent 2 }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "dkm.spread" -}}
{{- $selector := include "dkm.selectorLabels" . -}}
affinity:
  podAntiAffinity:
    {{- if eq .antiAffinity "required" }}
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- $selector | nindent 12 }}
    {{- else }}
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- $selector | nindent 14 }}
    {{- end }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: topology.kubernetes.io/zone
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- $selector | nindent 8 }}
{{- with .place.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .place.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .place.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* A bundle of CA certificates as a volume's source within "projected". trust, to (the file) */}}
{{- define "dkm.trustSource" -}}
{{- if .trust.configMapName -}}
configMap:
  name: {{ .trust.configMapName }}
{{- else -}}
secret:
  name: {{ .trust.secretName }}
{{- end }}
  items:
    - key: {{ .trust.key }}
      path: {{ .to }}
{{- end -}}
