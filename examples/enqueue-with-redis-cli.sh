#!/bin/sh
# Enqueue a job with nothing but redis-cli: three commands, the last of which makes it visible to workers.
#   REDIS_URL=unix:///path/to/redis.sock sh examples/enqueue-with-redis-cli.sh http://127.0.0.1:8080/README.md
# REDIS_URL may also be redis://host:port/db, which is the default for the local server.
set -eu

url=${1:?usage: [REDIS_URL=...] sh enqueue-with-redis-cli.sh <URL of a document>}
redis_url=${REDIS_URL:-redis://localhost:6379/0}
case $redis_url in
  unix://*) redis() { redis-cli -s "${redis_url#unix://}" "$@"; } ;;
  *) redis() { redis-cli -u "$redis_url" "$@"; } ;;
esac
case $url in
  *[\"\\]*) echo 'the URL must not hold quotes or backslashes: it goes into JSON as it is' >&2 && exit 2 ;;
esac

id="cli-$(date +%s)-$$"
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)

# The queue becomes known to viewers; the job is described; its id goes to the end of the queue.
redis SADD rq:queues rq:queue:default >&2
redis HSET "rq:job:$id" origin default status queued created_at "$now" enqueued_at "$now" \
  data "[\"words.countWords\", null, [\"$url\"], {}]" >&2
redis RPUSH rq:queue:default "$id" >&2

echo "$id"
