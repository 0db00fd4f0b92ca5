{{- define "selector" -}}
{app.kubernetes.io/name: kar, app.kubernetes.io/instance: {{ .release }}, name: {{ .name }}}
{{- end -}}
{{- define "metadata" -}}
name: {{ .name }}
  labels:
    helm.sh/chart: kar-1.3.10
    app.kubernetes.io/name: kar
    app.kubernetes.io/instance: {{ .root.Release.Name }}
    app.kubernetes.io/version: 1.3.10
    app.kubernetes.io/managed-by: {{ .root.Release.Service }}
    name: {{ .name }}
{{- end -}}
