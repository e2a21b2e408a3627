// `npm run chaos:fsck [-- JOBS]`: see that what it needs is there and the build is current, then run chaos/fsck/main.ts.
import { runHarness } from './lib/harness.mjs'

await runHarness('chaos:fsck', 'chaos/fsck/main.js')
