module karctl.test/fluent-operator

go 1.24.0

require github.com/fluent/fluent-operator/v3 v3.3.0
