#!/usr/bin/env bash
# Tries the matrix of who may call what on a real cluster: every workload at every RPC, by mesh/test-matrix.json, and plaintext.
# NOT RUN HERE: nobody had a cluster. It needs bash, kubectl, npm's `node` on PATH (node_modules/.bin), the bank applied to the
# cluster by docs/deploy.md, and a cluster that serves nobody: its calls are empty, and yet they are calls.
#
#   mesh/conformance/run.sh            # exit code 0: everybody is where the contract has them
set -euo pipefail
cd "$(dirname "$0")/../.."

NAMESPACE=bank
IMAGE=${CONFORMANCE_IMAGE:-curlimages/curl:8.11.1}
WORK=$(mktemp -d)
PODS=()

cleanup() {
  for pod in "${PODS[@]}"; do kubectl -n "${pod%%/*}" delete pod "${pod#*/}" --ignore-not-found --wait=false >/dev/null; done
  kubectl -n "$NAMESPACE" delete serviceaccount -l corebank/conformance=yes --ignore-not-found >/dev/null
  rm -rf "$WORK"
}
trap cleanup EXIT

# A pod that can call: who it is, its label `app` (by which routes and network policies know it), and whether it has a sidecar.
# It has no port by the name that Services look for, so that no call is sent to it.
start_pod() {
  local namespace=$1 name=$2 account=$3 app=$4 inject=$5
  PODS+=("$namespace/$name")
  kubectl apply -f - >/dev/null <<POD
apiVersion: v1
kind: Pod
metadata:
  name: $name
  namespace: $namespace
  labels: { app: $app, sidecar.istio.io/inject: "$inject" }
spec:
  serviceAccountName: $account
  automountServiceAccountToken: false
  securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: RuntimeDefault } }
  containers:
    - name: caller
      image: $IMAGE
      command: [sleep, "3600"]
      resources: { requests: { cpu: 10m, memory: 32Mi }, limits: { memory: 64Mi } }
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
POD
  kubectl -n "$namespace" wait --for=condition=Ready "pod/$name" --timeout=120s >/dev/null
}

# What is let in answers by gRPC in the service's own words; what is kept out is told so by a sidecar, or gets nowhere.
CALLER='
while IFS="$(printf "\t")" read -r path place; do
  told=$(printf "\0\0\0\0\0" | curl -s -m 5 --http2-prior-knowledge -X POST -D - -o /dev/null \
    -H "content-type: application/grpc" -H "te: trailers" --data-binary @- "http://$place$path" | tr -d "\r")
  case $told in
    "" | *"RBAC: access denied"* | *"HTTP/2 403"* | *"HTTP/2 404"* | *"HTTP/2 502"* | *"HTTP/2 503"*) echo "$path out" ;;
    *"upstream connect error"* | *"no healthy upstream"*) echo "$path away" ;;
    *) echo "$path in" ;;
  esac
done'

node tools/mesh/conformance.ts > "$WORK/cells"
wrong=0
for workload in $(cut -f1 "$WORK/cells" | sort -u); do
  grep -P "^$workload\t" "$WORK/cells" > "$WORK/own"
  app=$(head -1 "$WORK/own" | cut -f2)
  if ! kubectl -n "$NAMESPACE" get serviceaccount "$workload" >/dev/null 2>&1; then
    kubectl -n "$NAMESPACE" create serviceaccount "$workload" >/dev/null
    kubectl -n "$NAMESPACE" label serviceaccount "$workload" corebank/conformance=yes >/dev/null
  fi
  start_pod "$NAMESPACE" "conformance-$workload" "$workload" "$app" true
  cut -f3,4 "$WORK/own" | kubectl -n "$NAMESPACE" exec -i "conformance-$workload" -c caller -- sh -c "$CALLER" > "$WORK/found"
  cut -f3,5 "$WORK/own" | tr '\t' ' ' > "$WORK/wanted"
  if diff "$WORK/wanted" "$WORK/found" > "$WORK/diff"; then
    echo "$workload: $(wc -l < "$WORK/wanted") RPCs, as the contract says"
  else
    echo "$workload: (< the contract, > the cluster)"
    cat "$WORK/diff"
    wrong=1
  fi
done

# From outside of the mesh nothing is taken, whatever it is.
start_pod default conformance-outside default conformance-outside false
cut -f3,4 "$WORK/cells" | sort -u | kubectl -n default exec -i conformance-outside -c caller -- sh -c "$CALLER" > "$WORK/found"
if grep -v ' out$' "$WORK/found"; then
  echo 'plaintext is taken'
  wrong=1
else
  echo "outside of the mesh: $(wc -l < "$WORK/found") RPCs, none taken"
fi
exit "$wrong"
