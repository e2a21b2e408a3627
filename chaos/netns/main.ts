/** Entry of `npm run chaos:netns`: see options.ts for what it takes and run.ts for what it does. */
import { UsageError } from '../options.js'
import { readCutOptions } from './options.js'
import { withoutNetworks, withoutSlowLinks } from './probe.js'
import { runCut } from './run.js'
import { cutFaults } from './verdict.js'

const exitCodes = { good: 0, bad: 1, usage: 2 }

async function main(argv: readonly string[]): Promise<number> {
  const stopping = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort(new Error(name)))
  try {
    const options = readCutOptions(argv, process)
    if (options === undefined) return exitCodes.good
    const lack = options.delayMs > 0 ? withoutSlowLinks() : withoutNetworks()
    if (lack !== undefined) throw new Error(lack)
    const say = (what: string): void => void process.stderr.write(`  ${what}\n`)
    const report = await runCut(options, say, stopping.signal)
    const faults = cutFaults(report)
    if (options.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
    else for (const [what, n] of Object.entries(report)) process.stdout.write(`  ${what.padEnd(20)} ${String(n)}\n`)
    for (const fault of faults) process.stdout.write(`  NOT AS IT SHOULD BE: ${fault}\n`)
    return faults.length === 0 ? exitCodes.good : exitCodes.bad
  } catch (thrown) {
    process.stderr.write(`chaos:netns: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`)
    return thrown instanceof UsageError ? exitCodes.usage : exitCodes.bad
  }
}

process.exitCode = await main(process.argv.slice(2))
