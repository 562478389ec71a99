#!/bin/sh
# Makes kubernetes.txt again from the k8s-openapi crate: one build a Kubernetes version, then one merge.
# Builds outside the source tree; CARGO_TARGET_DIR and CARGO may be set.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-${TMPDIR:-/tmp}/kplan-generate-schemas}
export CARGO_TARGET_DIR
facts=$(mktemp -d)
trap 'rm -rf "$facts"' EXIT
cd "$here/generate"
for minor in 33 34 35 36 37; do
    "${CARGO:-cargo}" run --quiet --locked --features "v1_$minor" -- facts > "$facts/1.$minor.txt"
done
cd "$facts"
"$CARGO_TARGET_DIR/debug/generate-schemas" merge 1.33.txt 1.34.txt 1.35.txt 1.36.txt 1.37.txt > "$here/kubernetes.txt.new"
mv "$here/kubernetes.txt.new" "$here/kubernetes.txt"
