#!/usr/bin/env sh
# Places an order with the command role and reads it from the query role, both started by `docker compose up`. Needs curl.
set -eu
cd "$(dirname "$0")/.."

commands=http://127.0.0.1:8081
queries=http://127.0.0.1:8082
headers=$(mktemp)
trap 'rm -f "$headers"' EXIT

token=$(docker compose run --rm -T token --sub customer-1 --scope "orders:write orders:read")

ask() {
  curl --fail-with-body --silent --show-error --header "Authorization: Bearer $token" "$@"
}
header() {
  tr -d '\r' <"$headers" | awk -v name="$1:" 'tolower($1) == name { print $2 }'
}

# The same key each time: however often this is run, there is one order.
ask "$commands/v1/orders" --dump-header "$headers" \
  --header 'Content-Type: application/json' --header 'Idempotency-Key: "first-order-in-containers"' \
  --data '{"currency":"EUR","lines":[{"sku":"mug-blue","label":"Blue mug","kind":"single","quantity":3,"unitPrice":1250}]}'
echo

# Sent back, the position makes the read wait until the projector is that far.
ask "$queries$(header location)" --header "Ledger-Position: $(header ledger-position)"
echo
