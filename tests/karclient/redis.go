package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/gomodule/redigo/redis"
)

// The scripts of KAR's two compare-and-set operations.
const (
	scriptDeleteIfEqual = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]); return 1 else return 0 end`
	scriptPlace         = `local v=redis.call('GET', KEYS[1]); if v==ARGV[1] or v==false and ARGV[1]=='' then redis.call('SET', KEYS[1], ARGV[2]); return ARGV[2] else return v end`
)

// redisTimeout bounds connecting, reading and writing. KAR sets none by default.
const redisTimeout = 10 * time.Second

// store is Redis as seen by one application: keys are "kar_<app>_<name>".
type store struct {
	pool   *redis.Pool
	prefix string
}

// newStore returns a store whose connections are set up as KAR sets them up: a
// user is sent only beside a password, and a CA makes skipping of the
// verification void. Nothing is dialled yet.
func newStore(s *settings, app string) *store {
	options := []redis.DialOption{
		redis.DialConnectTimeout(redisTimeout),
		redis.DialReadTimeout(redisTimeout),
		redis.DialWriteTimeout(redisTimeout),
	}
	if s.redisTLS {
		options = append(options, redis.DialUseTLS(true), redis.DialTLSSkipVerify(s.redisTLSSkipVerify))
		if s.redisCA != nil {
			roots := x509.NewCertPool()
			roots.AddCert(s.redisCA)
			options = append(options, redis.DialTLSConfig(&tls.Config{RootCAs: roots}))
		}
	}
	if s.redisUser != "" {
		options = append(options, redis.DialUsername(s.redisUser))
	}
	if s.redisPassword != "" {
		options = append(options, redis.DialPassword(s.redisPassword))
	}
	address := net.JoinHostPort(s.redisHost, strconv.Itoa(s.redisPort))
	return &store{
		prefix: "kar_" + app + "_",
		pool: &redis.Pool{
			MaxIdle:   3,
			MaxActive: 16,
			Wait:      true,
			Dial:      func() (redis.Conn, error) { return redis.Dial("tcp", address, options...) },
		},
	}
}

func (s *store) close() { s.pool.Close() }

func (s *store) do(ctx context.Context, command string, args ...any) (any, error) {
	conn, err := s.pool.GetContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	defer conn.Close()
	reply, err := conn.Do(command, args...)
	if err != nil {
		return nil, fmt.Errorf("redis: %s: %w", command, err)
	}
	return reply, nil
}

func (s *store) ping(ctx context.Context) error {
	answer, err := redis.String(s.do(ctx, "PING"))
	if err == nil && answer != "PONG" {
		err = fmt.Errorf("redis: PING answered %q", answer)
	}
	return err
}

// exercise sends every command of KAR once or more and checks each answer.
func (s *store) exercise(ctx context.Context) error {
	key := s.prefix + "text"
	hash := s.prefix + "hash"
	set := s.prefix + "sorted"
	for _, step := range []struct {
		want    string
		command string
		args    []any
	}{
		{"OK", "SET", []any{key, "a"}},
		{"a", "GET", []any{key}},
		{"0", "SETNX", []any{key, "b"}},
		{"0", "EVAL", []any{scriptDeleteIfEqual, 1, key, "b"}},
		{"1", "EVAL", []any{scriptDeleteIfEqual, 1, key, "a"}},
		{"1", "SETNX", []any{key, "b"}},
		{"a", "EVAL", []any{scriptPlace, 1, key + "2", "", "a"}},
		{"a", "EVAL", []any{scriptPlace, 1, key + "2", "", "b"}},
		{"b", "EVAL", []any{scriptPlace, 1, key + "2", "a", "b"}},
		{"[" + key + "]", "KEYS", []any{s.prefix + "tex[t]"}},
		{"1", "DEL", []any{key}},
		{"3", "HSET", []any{hash, "f1", "v1", "f2", "v2", "f3", "v3"}},
		{"v1", "HGET", []any{hash, "f1"}},
		{"[v1 v3]", "HMGET", []any{hash, "f1", "f3"}},
		{"1", "HEXISTS", []any{hash, "f2"}},
		{"2", "HDEL", []any{hash, "f1", "f2"}},
		{"[f3]", "HKEYS", []any{hash}},
		{"[f3 v3]", "HGETALL", []any{hash}},
		{"[0 [f3 v3]]", "HSCAN", []any{hash, 0, "MATCH", "f*", "COUNT", 1000}},
		{"1", "ZADD", []any{set, 10, "early"}},
		{"1", "ZADD", []any{set, 20, "late"}},
		{"[early late]", "ZRANGE", []any{set, 0, -1}},
		{"1", "ZREMRANGEBYSCORE", []any{set, 0, 15}},
		{"[late]", "ZRANGE", []any{set, 0, -1}},
	} {
		reply, err := s.do(ctx, step.command, step.args...)
		if err != nil {
			return err
		}
		if got := text(reply); got != step.want {
			return fmt.Errorf("redis: %s answered %s instead of %s", step.command, got, step.want)
		}
	}
	return nil
}

// purge deletes all keys of the application, found with SCAN, and returns how many.
func (s *store) purge(ctx context.Context) (int, error) {
	deleted := 0
	for cursor := 0; ; {
		reply, err := redis.Values(s.do(ctx, "SCAN", cursor, "MATCH", s.prefix+"*", "COUNT", 100))
		if err != nil {
			return deleted, err
		}
		var keys []any
		if _, err := redis.Scan(reply, &cursor, &keys); err != nil {
			return deleted, fmt.Errorf("redis: SCAN: %w", err)
		}
		if len(keys) > 0 {
			count, err := redis.Int(s.do(ctx, "DEL", keys...))
			if err != nil {
				return deleted, err
			}
			deleted += count
		}
		if cursor == 0 {
			return deleted, nil
		}
	}
}

// text writes a reply as fmt does, its byte strings as text.
func text(reply any) string {
	switch value := reply.(type) {
	case []byte:
		return string(value)
	case []any:
		items := make([]string, len(value))
		for i, item := range value {
			items[i] = text(item)
		}
		return fmt.Sprint(items)
	default:
		return fmt.Sprint(value)
	}
}
