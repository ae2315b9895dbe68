#!/usr/bin/env bash
# Re-resolve the hashed lock files. They name no registry host, so they install from any mirror.
set -euo pipefail
cd "$(dirname "$0")/.."
lock() { "${UV:-uv}" pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header "$@"; }
lock requirements/uv.in -o requirements/uv.txt
lock requirements/app.in -c requirements/prefect-constraints.txt -o requirements/app.txt
lock requirements/datacontract.in -o requirements/datacontract.txt
# Without torch, of which every machine has another build.
lock requirements/trl.in -c requirements/app.txt --overrides requirements/trl-overrides.txt -o requirements/trl.txt
lock requirements/dev.in -c requirements/app.txt -o requirements/dev.txt
