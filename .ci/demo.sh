# Sourced by .ci/browser: starts a demonstration on two free ports, in a
# directory of its own, and ends it with the shell.

free_port() {
  node -e 'const s=require("net").createServer();s.listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}

start_demo() { # BINARY; sets DEMO_A, DEMO_B, DEMO_DATA, DEMO_PASSWORD
  local bin=$1 a b i
  a=$(free_port)
  b=$(free_port)
  DEMO_A=http://localhost:$a
  DEMO_B=http://localhost:$b
  DEMO_DATA=$(mktemp -d)
  DEMO_PASSWORD=browser-test-1
  mkdir -p .test
  "$bin" demo --listen-a "localhost:$a" --listen-b "localhost:$b" --data-dir "$DEMO_DATA" \
    --password "$DEMO_PASSWORD" >.test/demo.log 2>&1 &
  DEMO_PID=$!
  trap 'kill -INT $DEMO_PID 2>/dev/null || true; wait $DEMO_PID 2>/dev/null || true; rm -rf "$DEMO_DATA"' EXIT
  for ((i = 0; i < 240; i++)); do
    if grep -q "^ready: $DEMO_B" .test/demo.log; then
      return 0
    fi
    if ! kill -0 $DEMO_PID 2>/dev/null; then
      break
    fi
    sleep 1
  done
  echo "the demonstration did not get ready:"
  cat .test/demo.log
  return 1
}
