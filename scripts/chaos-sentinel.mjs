// `npm run chaos:sentinel [-- FAIL_OVERS]`: see that what it needs is there and the build is current, then run
// chaos/sentinel/main.ts.
import { runHarness } from './lib/harness.mjs'

await runHarness('chaos:sentinel', 'chaos/sentinel/main.js')
