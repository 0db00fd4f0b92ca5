package main

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/Shopify/sarama"
)

// settings holds the 13 environment variables KAR reads, parsed as KAR parses
// them: Go booleans, brokers split at commas and not trimmed, empty is unset.
type settings struct {
	brokers            []string
	kafkaTLS           bool
	kafkaUser          string
	kafkaPassword      string
	kafkaVersion       sarama.KafkaVersion
	kafkaTLSSkipVerify bool

	redisHost          string
	redisPort          int
	redisTLS           bool
	redisCA            *x509.Certificate
	redisUser          string
	redisPassword      string
	redisTLSSkipVerify bool
}

// settingsFromEnvironment fails where KAR fails and in two more cases: on a
// KAFKA_VERSION it would silently replace by 1.0.0, and on a REDIS_CA that is
// base64 but no certificate, over which it crashes.
func settingsFromEnvironment(getenv func(string) string) (*settings, error) {
	withDefault := func(name, otherwise string) string {
		if value := getenv(name); value != "" {
			return value
		}
		return otherwise
	}
	var failures []error
	boolean := func(name string) bool {
		value, err := strconv.ParseBool(withDefault(name, "false"))
		if err != nil {
			failures = append(failures, fmt.Errorf("%s is no boolean: %q", name, getenv(name)))
		}
		return value
	}

	s := &settings{
		brokers:            strings.Split(getenv("KAFKA_BROKERS"), ","),
		kafkaTLS:           boolean("KAFKA_ENABLE_TLS"),
		kafkaUser:          withDefault("KAFKA_USERNAME", "token"),
		kafkaPassword:      getenv("KAFKA_PASSWORD"),
		kafkaTLSSkipVerify: boolean("KAFKA_TLS_SKIP_VERIFY"),
		redisHost:          getenv("REDIS_HOST"),
		redisTLS:           boolean("REDIS_ENABLE_TLS"),
		redisUser:          getenv("REDIS_USER"),
		redisPassword:      getenv("REDIS_PASSWORD"),
		redisTLSSkipVerify: boolean("REDIS_TLS_SKIP_VERIFY"),
	}
	var err error
	if s.kafkaVersion, err = sarama.ParseKafkaVersion(withDefault("KAFKA_VERSION", "2.8.1")); err != nil {
		failures = append(failures, fmt.Errorf("KAFKA_VERSION: %w", err))
	}
	if s.redisPort, err = strconv.Atoi(withDefault("REDIS_PORT", "6379")); err != nil {
		failures = append(failures, fmt.Errorf("REDIS_PORT is no number: %q", getenv("REDIS_PORT")))
	}
	if encoded := getenv("REDIS_CA"); encoded != "" {
		if s.redisCA, err = parseCertificate(encoded); err != nil {
			failures = append(failures, fmt.Errorf("REDIS_CA: %w", err))
		}
	}
	if getenv("KAFKA_BROKERS") == "" {
		failures = append(failures, errors.New("KAFKA_BROKERS is not set"))
	}
	if s.redisHost == "" {
		failures = append(failures, errors.New("REDIS_HOST is not set"))
	}
	if len(failures) > 0 {
		return nil, failures[0]
	}
	return s, nil
}

// parseCertificate decodes the base64 of a PEM certificate; of several blocks
// only the first counts, as for KAR.
func parseCertificate(encoded string) (*x509.Certificate, error) {
	text, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("no PEM block in the decoded value")
	}
	return x509.ParseCertificate(block.Bytes)
}
