package main

import (
	"strings"
	"testing"
)

func parse(env map[string]string) (*settings, error) {
	return settingsFromEnvironment(func(name string) string { return env[name] })
}

func TestDefaultsAreThoseOfKar(t *testing.T) {
	s, err := parse(map[string]string{"KAFKA_BROKERS": "a:1, b:2", "REDIS_HOST": "r"})
	if err != nil {
		t.Fatal(err)
	}
	if s.kafkaVersion.String() != "2.8.1" || s.kafkaUser != "token" || s.redisPort != 6379 {
		t.Errorf("version %s, user %s, port %d", s.kafkaVersion, s.kafkaUser, s.redisPort)
	}
	if len(s.brokers) != 2 || s.brokers[1] != " b:2" {
		t.Errorf("brokers are trimmed, KAR does not: %q", s.brokers)
	}
}

func TestRejectsWhatKarCannotUse(t *testing.T) {
	for name, value := range map[string]string{
		"KAFKA_BROKERS":         "",
		"KAFKA_VERSION":         "3.3",
		"KAFKA_ENABLE_TLS":      "yes",
		"KAFKA_TLS_SKIP_VERIFY": "on",
		"REDIS_HOST":            "",
		"REDIS_PORT":            "6379\n",
		"REDIS_ENABLE_TLS":      "true\n",
		"REDIS_TLS_SKIP_VERIFY": "2",
		"REDIS_CA":              "bm90IFBFTQ==",
	} {
		env := map[string]string{"KAFKA_BROKERS": "a:1", "REDIS_HOST": "r"}
		env[name] = value
		_, err := parse(env)
		// ParseKafkaVersion's message names the value only
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s=%q: %v", name, value, err)
		}
	}
}
