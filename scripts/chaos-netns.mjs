// `npm run chaos:netns [-- options]`: see that what it needs is there and the build is current, then run chaos/netns/main.ts.
import { runHarness } from './lib/harness.mjs'

await runHarness('chaos:netns', 'chaos/netns/main.js')
