{{/*
For cert-manager's approver-policy: what each issuer may sign, and nothing else. A request that no policy permits is not signed. The human CA has no issuer here, and so no policy.
root, wanted (the certificates of services and etcd), made (the classes whose CAs the chart makes)
*/}}
{{- define "dkm.policies" -}}
{{- $root := .root }}
{{- $fullname := include "dkm.fullname" .root }}
{{- $manager := .root.Values.certificates.certManager }}
{{- $names := list }}
{{- range .wanted }}
{{- $name := printf "%s-%s-%s" $root.Release.Namespace $fullname (kebabcase .cert) }}
{{- $names = append $names $name }}
---
apiVersion: policy.cert-manager.io/v1alpha1
kind: CertificateRequestPolicy
metadata:
  name: {{ $name }}
  labels:
    {{- include "dkm.labels" (dict "root" $root "name" "certificates") | nindent 4 }}
spec:
  selector:
    issuerRef:
      {{- include "dkm.issuerRef" (dict "root" $root "class" .class) | nindent 6 }}
    namespace:
      matchNames: [{{ $root.Release.Namespace }}]
  allowed:
    isCA: false
    usages:
      {{- toYaml .usages | nindent 6 }}
    {{- with .user }}
    commonName: {value: {{ . }}, required: true}
    {{- end }}
    {{- with .uri }}
    uris: {values: [{{ . | quote }}], required: true}
    {{- end }}
    {{- with .names }}
    dnsNames:
      values:
        {{- toYaml . | nindent 8 }}
    {{- end }}
  constraints:
    maxDuration: {{ $manager.duration }}
    privateKey: {algorithm: ECDSA, minSize: 256}
{{- end }}
{{- if .made }}
{{- $name := printf "%s-%s-authorities" $root.Release.Namespace $fullname }}
{{- $names = append $names $name }}
---
apiVersion: policy.cert-manager.io/v1alpha1
kind: CertificateRequestPolicy
metadata:
  name: {{ $name }}
  labels:
    {{- include "dkm.labels" (dict "root" $root "name" "certificates") | nindent 4 }}
spec:
  selector:
    issuerRef: {name: {{ $fullname }}-authorities, kind: Issuer, group: cert-manager.io}
    namespace:
      matchNames: [{{ $root.Release.Namespace }}]
  allowed:
    isCA: true
    usages: [cert sign, crl sign]
    commonName: {value: {{ printf "%s * CA" $fullname | quote }}, required: true}
  constraints:
    maxDuration: {{ $manager.authorityDuration }}
{{- end }}
{{- with $manager.issuers.workload }}
{{- if .name }}
{{- $name := printf "%s-%s-workload" $root.Release.Namespace $fullname }}
{{- $names = append $names $name }}
---
{{- /* Whoever may ask for certificates in a namespace is no account of another one, and no service, no human. */}}
apiVersion: policy.cert-manager.io/v1alpha1
kind: CertificateRequestPolicy
metadata:
  name: {{ $name }}
  labels:
    {{- include "dkm.labels" (dict "root" $root "name" "certificates") | nindent 4 }}
spec:
  selector:
    issuerRef:
      {{- toYaml . | nindent 6 }}
  allowed:
    isCA: false
    usages: [digital signature, server auth, client auth]
    uris:
      required: true
      validations:
        - rule: {{ printf "self.matches('^spiffe://%s/ns/' + cr.namespace + '/sa/[a-zA-Z0-9._-]+$')" ($root.Values.trustDomain | replace "." "[.]") | quote }}
          message: {{ printf "a workload is spiffe://%s/ns/<the namespace of the request>/sa/<account>" $root.Values.trustDomain | quote }}
    dnsNames:
      validations:
        - rule: "self.endsWith('.' + cr.namespace + '.svc') || self.endsWith('.' + cr.namespace + '.svc.{{ $root.Values.clusterDomain }}')"
  constraints:
    maxDuration: {{ $manager.duration }}
{{- end }}
{{- end }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: {{ $root.Release.Namespace }}-{{ $fullname }}-certificate-policies
  labels:
    {{- include "dkm.labels" (dict "root" $root "name" "certificates") | nindent 4 }}
rules:
  - apiGroups: [policy.cert-manager.io]
    resources: [certificaterequestpolicies]
    verbs: [use]
    resourceNames:
      {{- toYaml $names | nindent 6 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: {{ $root.Release.Namespace }}-{{ $fullname }}-certificate-policies
  labels:
    {{- include "dkm.labels" (dict "root" $root "name" "certificates") | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: {{ $root.Release.Namespace }}-{{ $fullname }}-certificate-policies
subjects:
  - kind: ServiceAccount
    name: {{ $manager.policies.serviceAccount.name }}
    namespace: {{ $manager.policies.serviceAccount.namespace }}
{{- end -}}
