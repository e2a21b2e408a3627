import type { Command } from 'commander'
import { coerceError } from '../../../src/errors.js'
import { version } from '../../../src/version.js'
import type { Context, Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { printable } from '../output.js'

/** A version, or why there is none. */
type Found = { readonly version: string; readonly error: null } | { readonly version: null; readonly error: string }

export function addVersion(program: Command, run: Run): void {
  program
    .command('version')
    .summary('show the versions of rqctl, the daemon, Redis and Node')
    .description(
      'Show the versions of this rqctl, of the daemon on the socket, of Redis (as the daemon sees it, or where none ' +
        'runs or --url is given, as rqctl does) and of Node. What does not answer is told, and is no failure.',
    )
    .action(
      run(async (context) => {
        const daemon = await find(async () => {
          const status = await context.withDaemon((client) => client.call('status', {}))
          return status.version
        })
        const redis = await find(async () => (await context.withData((data) => data.call('redis.version', {}))).version)
        const found = { rqctl: version, daemon, redis, node: process.versions.node }
        context.answer(found, () => describe(found, context))
        return exitCodes.ok
      }),
    )
}

async function find(ask: () => Promise<string>): Promise<Found> {
  try {
    return { version: await ask(), error: null }
  } catch (thrown) {
    return { version: null, error: coerceError(thrown).message }
  }
}

function describe(
  { rqctl, daemon, redis, node }: { rqctl: string; daemon: Found; redis: Found; node: string },
  { colours }: Context,
): string {
  const shown = (found: Found): string =>
    found.version === null ? `${colours.yellow('none')} (${printable(found.error)})` : printable(found.version)
  const note =
    daemon.version === null || daemon.version === rqctl
      ? ''
      : colours.yellow('The daemon runs another version: restart it after an upgrade.\n')
  return `rqctl   ${rqctl}\ndaemon  ${shown(daemon)}\nredis   ${shown(redis)}\nnode    ${node}\n${note}`
}
