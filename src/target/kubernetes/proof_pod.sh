# What the pod of `--proof pod` runs: a record round and a PING, with the configuration that the injector mounted.
set -eu
umask 077
fail() { echo "$1" >&2; exit 1; }
config=/var/run/secrets/kar.ibm.com
bin=/opt/kafka/bin
[ -s "$config/kafka_brokers" ] || fail "the injector did not give this pod its configuration"
read_key() { cat "$config/$1" 2>/dev/null || true; }
brokers=$(read_key kafka_brokers)

client=/tmp/client.properties
echo "request.timeout.ms=20000" >"$client"
# A value within quotes of JAAS, within a file of properties, which takes backslashes away once more.
quoted() {
  local text=$1
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  printf '%s' "${text//\\/\\\\}"
}
if [ -s "$config/kafka_password" ]; then
  cat >>"$client" <<EOF
security.protocol=SASL_PLAINTEXT
sasl.mechanism=PLAIN
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="$(quoted "$(read_key kafka_username)")" password="$(quoted "$(read_key kafka_password)")";
EOF
fi

# A later proof removes topics of such names that are old.
topic=karctl-proof-$(date +%s)-$RANDOM
record=$RANDOM-$RANDOM-$RANDOM
topics() { "$bin/kafka-topics.sh" --bootstrap-server "$brokers" --command-config "$client" "$@"; }
topics --create --topic "$topic" >/dev/null || fail "no topic can be made at $brokers"
trap 'topics --delete --topic "$topic" >/dev/null 2>&1 || true' EXIT
echo "$record" | "$bin/kafka-console-producer.sh" --bootstrap-server "$brokers" --topic "$topic" \
  --producer.config "$client" >/dev/null || fail "no record can be written at $brokers"
"$bin/kafka-console-consumer.sh" --bootstrap-server "$brokers" --topic "$topic" --from-beginning --max-messages 1 \
  --timeout-ms 30000 --consumer.config "$client" >/tmp/read 2>/tmp/errors || cat /tmp/errors >&2
# A logger may write there too.
grep -Fxq "$record" /tmp/read || fail "the record that was written at $brokers did not come back"

# Redis, in its own protocol: an array of strings with their lengths in bytes.
export LC_ALL=C
host=$(read_key redis_host) port=$(read_key redis_port) user=$(read_key redis_user) password=$(read_key redis_password)
exec 3<>"/dev/tcp/$host/$port" || fail "Redis cannot be reached at $host:$port"
if [ -n "$password" ]; then
  printf '*3\r\n$4\r\nAUTH\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n' ${#user} "$user" ${#password} "$password" >&3
fi
printf '*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nQUIT\r\n' >&3
answer=$(timeout 10 cat <&3 || true)
case $answer in
*+PONG*) echo "a record went round at $brokers, and Redis answered at $host:$port" ;;
*) fail "Redis at $host:$port did not answer PING: ${answer:-nothing}" ;;
esac
