import type { Command } from 'commander'
import { systemClock } from '../../../src/clock.js'
import type { Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'

export function addPing(program: Command, run: Run): void {
  program
    .command('ping')
    .summary('see whether the daemon answers')
    .description('See whether the daemon answers. Exit code 3: it does not.')
    .action(
      run(async (context) => {
        const { socketPath } = context
        const roundTripMs = await context.withDaemon(async (client) => {
          const startMs = systemClock.monoMs()
          await client.call('ping', {})
          return systemClock.monoMs() - startMs
        })
        const reply = { pong: true, socket: socketPath, roundTripMs: Number(roundTripMs.toFixed(3)) }
        context.answer(reply, () => `pong from ${socketPath} in ${roundTripMs.toFixed(1)} ms\n`)
        return exitCodes.ok
      }),
    )
}
