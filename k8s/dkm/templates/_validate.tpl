{{/* What the schema cannot say. All of it at once, a sentence each. */}}
{{- define "dkm.validate" -}}
{{- $root := . -}}
{{- $mistakes := list -}}
{{- $development := .Values.development -}}
{{- $human := printf "spiffe://%s/human/" .Values.trustDomain -}}
{{- if not .Values.trustDomain -}}
{{- $mistakes = append $mistakes "trustDomain is not set. It is the name in all identities, spiffe://<trustDomain>/…, such as example.org, and never changes." -}}
{{- end -}}
{{- range $name := list "access" "keyring" -}}
{{- $values := get $root.Values $name -}}
{{- if not $values.root.secretName -}}
{{- $mistakes = append $mistakes (printf "%s.root.secretName is not set. The root wraps all keys of %s: head -c 32 /dev/urandom > %s.root, keep a copy in a safe place, then kubectl -n %s create secret generic dkm-%s-root --from-file=root=%s.root and name dkm-%s-root here." $name $name $name $root.Release.Namespace $name $name $name) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.access.root.secretName (eq .Values.access.root.secretName .Values.keyring.root.secretName) (eq .Values.access.root.key .Values.keyring.root.key) -}}
{{- $mistakes = append $mistakes "access.root and keyring.root are the same. Each service has a root of its own, so that whoever has one reads nothing of the other." -}}
{{- end -}}
{{- if not $development -}}
{{- if lt (len .Values.firstAdministrators) 2 -}}
{{- $mistakes = append $mistakes (printf "firstAdministrators has %d: two or more of %s<name> are needed, for one alone could lock everybody out and has nobody who approves her changes." (len .Values.firstAdministrators) $human) -}}
{{- end -}}
{{- if and .Values.crypto.autoscaling.enabled (lt (int .Values.crypto.autoscaling.minReplicas) 2) -}}
{{- $mistakes = append $mistakes "crypto.autoscaling.minReplicas is 1: with fewer than two every update and every lost node is an outage. development=true allows it." -}}
{{- end -}}
{{- range $name := list "access" "keyring" "crypto" -}}
{{- if lt (int (get $root.Values $name).replicas) 2 -}}
{{- $mistakes = append $mistakes (printf "%s.replicas is %d: with fewer than two every update and every lost node is an outage. development=true allows it." $name (int (get $root.Values $name).replicas)) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.etcd.enabled (lt (int .Values.etcd.replicas) 3) -}}
{{- $mistakes = append $mistakes (printf "etcd.replicas is %d: fewer than three members lose the store with one of them, however many replicas the services have. Three or five; development=true allows one." (int .Values.etcd.replicas)) -}}
{{- end -}}
{{- if .Values.etcd.external.allowPlaintext -}}
{{- $mistakes = append $mistakes "etcd.external.allowPlaintext is for development=true alone: without TLS and client certificates whoever reaches etcd can change and remove records." -}}
{{- end -}}
{{- end -}}
{{- range .Values.firstAdministrators -}}
{{- if not (hasPrefix $human .) -}}
{{- $mistakes = append $mistakes (printf "firstAdministrators: %s is no human of this trust domain, %s<name>." . $human) -}}
{{- end -}}
{{- end -}}
{{- if ne (len .Values.firstAdministrators) (len (uniq .Values.firstAdministrators)) -}}
{{- $mistakes = append $mistakes "firstAdministrators names somebody twice." -}}
{{- end -}}
{{- if .Values.crypto.autoscaling.enabled -}}
{{- if gt (int .Values.crypto.autoscaling.minReplicas) (int .Values.crypto.autoscaling.maxReplicas) -}}
{{- $mistakes = append $mistakes "crypto.autoscaling.minReplicas is more than maxReplicas." -}}
{{- end -}}
{{- end -}}
{{- with .Values.certificates.certManager -}}
{{- if le (.duration | trimSuffix "h" | int) (.renewBefore | trimSuffix "h" | int) -}}
{{- $mistakes = append $mistakes (printf "certificates.certManager.renewBefore (%s) is not less than duration (%s): certificates would be replaced without end." .renewBefore .duration) -}}
{{- end -}}
{{- end -}}
{{- if eq .Values.image.tag "latest" -}}
{{- $mistakes = append $mistakes "image.tag is latest: nobody could say what runs, and a restart would be an upgrade. Name a version." -}}
{{- end -}}
{{- range $class := list "workload" "human" "service" -}}
{{- $trust := get $root.Values.trust $class -}}
{{- if and $trust.configMapName $trust.secretName -}}
{{- $mistakes = append $mistakes (printf "trust.%s has both a ConfigMap and a Secret. Name one of them." $class) -}}
{{- else if not (or $trust.configMapName $trust.secretName) -}}
{{- if eq $class "service" -}}
{{- if ne $root.Values.certificates.source "certManager" -}}
{{- $mistakes = append $mistakes "trust.service names neither a ConfigMap nor a Secret. With certificates.source=existingSecrets it has to: it holds the CA certificates that vouch for the services." -}}
{{- end -}}
{{- else -}}
{{- $mistakes = append $mistakes (printf "trust.%s names neither a ConfigMap nor a Secret with the CA certificates that vouch for %s." $class (ternary "the callers, /ns/…/sa/…; without them nobody may call" "the administrators, /human/…; without them nobody may administer" (eq $class "workload"))) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if .Values.etcd.enabled -}}
{{- if .Values.etcd.external.endpoints -}}
{{- $mistakes = append $mistakes "etcd.enabled is true and etcd.external.endpoints names another etcd. It is one or the other." -}}
{{- end -}}
{{- else -}}
{{- if not .Values.etcd.external.endpoints -}}
{{- $mistakes = append $mistakes "etcd.enabled is false and etcd.external.endpoints is empty: there is no store." -}}
{{- end -}}
{{- range .Values.etcd.external.endpoints -}}
{{- if not (or (hasPrefix "https://" .) (and $development $root.Values.etcd.external.allowPlaintext (hasPrefix "http://" .))) -}}
{{- $mistakes = append $mistakes (printf "etcd.external.endpoints: %s is no https address. TLS off is for development=true with etcd.external.allowPlaintext=true alone." .) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.networkPolicy.enabled (not .Values.networkPolicy.etcd) -}}
{{- $mistakes = append $mistakes "networkPolicy.etcd is empty: Access and KeyRing would not reach the external etcd. Name its addresses, such as [{ipBlock: {cidr: 10.1.2.0/29}}]." -}}
{{- end -}}
{{- end -}}
{{- if and .Values.telemetry.otlpEndpoint .Values.networkPolicy.enabled (not .Values.networkPolicy.telemetry) -}}
{{- $mistakes = append $mistakes "networkPolicy.telemetry is empty: telemetry.otlpEndpoint would not be reached. Name where the collector is." -}}
{{- end -}}
{{- if and .Values.networkPolicy.enabled (not .Values.networkPolicy.dns) -}}
{{- $mistakes = append $mistakes "networkPolicy.dns is empty: the services would find neither each other nor etcd." -}}
{{- end -}}
{{- $needed := list "access" "keyring" "crypto" -}}
{{- if include "dkm.etcd.tls" . -}}{{- $needed = concat $needed (list "etcdAccess" "etcdKeyring") -}}{{- end -}}
{{- if .Values.etcd.enabled -}}{{- $needed = concat $needed (list "etcdRoot" "etcdMember" "etcdPeer") -}}{{- end -}}
{{- if .Values.test.enabled -}}{{- $needed = append $needed "test" -}}{{- end -}}
{{- $issuers := .Values.certificates.certManager.issuers -}}
{{- range $cert := $needed -}}
{{- if not (get $root.Values.certificates.existing $cert) -}}
{{- if ne $root.Values.certificates.source "certManager" -}}
{{- $mistakes = append $mistakes (printf "certificates.existing.%s names no secret; with certificates.source=existingSecrets you make it (values.yaml says what is in it)." $cert) -}}
{{- else if and (eq $cert "test") (not $issuers.workload.name) -}}
{{- $mistakes = append $mistakes "test.enabled needs the certificate of a caller: name the callers' issuer (certificates.certManager.issuers.workload.name) or a secret (certificates.existing.test)." -}}
{{- else if and (not $root.Values.etcd.enabled) (hasPrefix "etcd" $cert) (not $issuers.etcd.name) -}}
{{- $mistakes = append $mistakes (printf "%s: the external etcd has to trust this certificate. Name the issuer of its clients (certificates.certManager.issuers.etcd.name) or a secret (certificates.existing.%s)." $cert $cert) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $seen := dict -}}
{{- range $class, $issuer := $issuers -}}
{{- if $issuer.name -}}
{{- $which := printf "%s/%s/%s" $issuer.group $issuer.kind $issuer.name -}}
{{- if hasKey $seen $which -}}
{{- $mistakes = append $mistakes (printf "certificates.certManager.issuers: %s and %s are the same issuer. Each class has a CA of its own, or who gets a certificate of one is of the other too." (get $seen $which) $class) -}}
{{- end -}}
{{- $_ := set $seen $which $class -}}
{{- end -}}
{{- end -}}
{{- range $name := list "access" "keyring" "crypto" -}}
{{- range $key, $_ := (get $root.Values $name).config -}}
{{- if and (hasPrefix "Installation:" $key) (ne $name "keyring") -}}
{{- $mistakes = append $mistakes (printf "%s.config: %s is a key of KeyRing." $name $key) -}}
{{- else if and (hasPrefix "Rings:" $key) (ne $name "crypto") -}}
{{- $mistakes = append $mistakes (printf "%s.config: %s is a key of Crypto." $name $key) -}}
{{- else if and (hasPrefix "Store:" $key) (eq $name "crypto") -}}
{{- $mistakes = append $mistakes (printf "crypto.config: %s: Crypto stores nothing." $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $mistakes -}}
{{- fail (printf "\n\n  - %s\n" (join "\n  - " $mistakes)) -}}
{{- end -}}
{{- end -}}
