/** Entry of `npm run chaos`: see options.ts for what it takes and run.ts for what it does. */
import { readOptions, UsageError } from './options.js'
import { nowMs } from './clock.js'
import { Progress } from './progress.js'
import { runChaos } from './run.js'
import { showReport } from './show.js'

const exitCodes = { good: 0, bad: 1, usage: 2, interrupted: 130 }

async function main(argv: readonly string[]): Promise<number> {
  const stopping = new AbortController()
  const stop = (reason: unknown): void => stopping.abort(reason)
  process.once('SIGINT', () => stop(new Error('interrupted')))
  process.once('SIGTERM', () => stop(new Error('terminated')))
  process.once('uncaughtException', stop)
  process.once('unhandledRejection', stop)
  try {
    const options = readOptions(argv, process)
    if (options === undefined) return exitCodes.good
    const report = await runChaos(options, new Progress(process.stderr, nowMs()), stopping.signal)
    process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : showReport(report))
    return report.ok ? exitCodes.good : exitCodes.bad
  } catch (thrown) {
    const error: unknown = stopping.signal.aborted ? stopping.signal.reason : thrown
    process.stderr.write(`\nchaos: ${error instanceof Error ? error.message : String(error)}\n`)
    if (thrown instanceof UsageError) {
      process.stderr.write('run "npm run chaos -- --help" to see the options\n')
      return exitCodes.usage
    }
    return stopping.signal.aborted ? exitCodes.interrupted : exitCodes.bad
  }
}

process.exitCode = await main(process.argv.slice(2))
