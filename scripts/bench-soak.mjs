// `npm run bench:soak [-- jobs]`: see that what it needs is there and the build is current, then run bench/soak.ts.
import { runHarness } from './lib/harness.mjs'

await runHarness('bench:soak', 'bench/soak.js')
