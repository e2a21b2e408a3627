// `npm run bench:dashboard [-- failed queued]`: see that what it needs is there and the build is current, then run it.
import { runHarness } from './lib/harness.mjs'

await runHarness('bench:dashboard', 'bench/dashboard-steps.js')
