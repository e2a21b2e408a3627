// `npm run fuzz:socket [-- options]`: see that what it needs is there and the build is current, then run the fuzzer.
import { runHarness } from './lib/harness.mjs'

await runHarness('fuzz:socket', 'chaos/socket-fuzz/main.js')
