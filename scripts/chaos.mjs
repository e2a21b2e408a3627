// `npm run chaos [-- options]`: see that what it needs is there and the build is current, then run chaos/main.ts.
import { runHarness } from './lib/harness.mjs'

await runHarness('chaos', 'chaos/main.js')
