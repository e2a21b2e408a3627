import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import type { Logger } from '../../../src/logger.js'
import type { HttpAddress } from '../../http/address.js'
import type { DataConnection } from '../../data/connection.js'
import type { Context, Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { collect } from '../options.js'
import { printable } from '../output.js'

const DEFAULT_ADDRESS = '127.0.0.1:9182'
/** No answer of Redis within this time counts as none. */
const COMMAND_TIMEOUT_MS = 5_000

interface Options {
  http?: string
  httpHost?: string[]
  view?: true
}

export function addDashboard(program: Command, run: Run): void {
  program
    .command('dashboard')
    .summary('serve the web dashboard, from Redis alone')
    .description(
      'Serve the web dashboard until it is told to stop. It needs Redis (--url) and no daemon; beside a daemon there is ' +
        'its own, with rqd --http. The address that is printed carries a token, made up for this run; with RQD_HTTP_TOKEN ' +
        'in the environment that is the token.',
    )
    .option('--http <address>', `where to listen: ADDRESS:PORT, or unix:/path/of/a.sock (default: ${DEFAULT_ADDRESS})`)
    .option('--http-host <name>', 'answer requests for this name, too; repeatable', collect)
    .option('--view', 'let visitors look only')
    .action(
      run(async (context, command) => {
        const { http = DEFAULT_ADDRESS, httpHost = [], view = false } = command.opts<Options>()
        const { parseHttpAddress } = await import('../../http/address.js')
        await serve(context, { address: parseHttpAddress(http), hosts: httpHost, view })
        return exitCodes.ok
      }),
    )
}

async function serve(
  context: Context,
  { address, hosts, view }: { address: HttpAddress; hosts: readonly string[]; view: boolean },
): Promise<void> {
  const { HttpServer } = await import('../../http/server.js')
  const { mountDashboard } = await import('../../dashboard/mount.js')
  const { DataOver } = await import('../../data/over.js')
  const { systemClock: clock } = await import('../../../src/clock.js')
  const token = named(context.io.env, 'RQD_HTTP_TOKEN') ?? randomBytes(18).toString('base64url')
  const connection = await connect(context)
  try {
    // Says at once if there is no Redis; later it is waited for.
    await connection.open()
    const logger = loggerOf(context)
    const rules = view ? { operate: undefined, view: token } : { operate: token, view: undefined }
    const site = mountDashboard({
      data: new DataOver(() => connection.open()),
      admission: { kind: 'tokens', rules: { ...rules, withoutToken: 'nothing' } },
      clock,
      logger,
    })
    const server = new HttpServer({ address, hosts, tokens: [token], routes: new Map(), site, logger })
    await server.start()
    try {
      const place = { address: server.address, token }
      context.answer(place, () => greeting(address, place))
      await stopped(context.io.signal)
    } finally {
      await server.stop()
    }
  } finally {
    connection.close()
  }
}

async function connect(context: Context): Promise<DataConnection> {
  const { DataConnection } = await import('../../data/connection.js')
  const { connectRedis } = await import('../../../src/redis/connection.js')
  const { createKeys } = await import('../../../src/redis/keys.js')
  const { systemClock: clock } = await import('../../../src/clock.js')
  const { systemRandom: random } = await import('../../../src/random.js')
  const { DEFAULT_COMPAT: compat } = await import('../../../src/redis/compat.js')
  const { redisUrl, prefix } = context
  const keys = createKeys(prefix)
  const policy = {
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    connectionName: 'rqctl-dashboard',
    ...(prefix === undefined ? {} : { prefix }),
    random,
  }
  return new DataConnection({ connect: () => connectRedis(redisUrl, policy), keys, compat, clock, random })
}

function greeting(address: HttpAddress, { address: shown, token }: { address: string; token: string }): string {
  if (address.kind === 'unix') return `Dashboard on ${printable(shown)}, token ${token}\nCtrl+C stops it.\n`
  return `Dashboard: http://${shown}/?token=${token}\nCtrl+C stops it.\n`
}

/** Actions and failures, on stderr. */
function loggerOf(context: Context): Logger {
  const tell = (level: string): Logger['info'] => {
    return (sentence, fields = {}) => {
      const known = Object.entries(fields).filter(([, value]) => value !== undefined)
      const shown = known.map(([name, value]) => `${name}=${printable(String(value))}`).join(' ')
      context.remark(`${level}${sentence}${shown === '' ? '' : ` ${shown}`}`)
    }
  }
  return { error: tell('error: '), warn: tell('warning: '), info: tell(''), debug: () => undefined }
}

/** Told to stop: by whoever runs this, or by a signal. */
async function stopped(signal: AbortSignal | undefined): Promise<void> {
  const { onStopSignal } = await import('../../signals.js')
  return new Promise((resolve) => {
    const stop = (): void => {
      stopListening()
      resolve()
    }
    const stopListening = onStopSignal(stop)
    if (signal?.aborted === true) stop()
    signal?.addEventListener('abort', stop, { once: true })
  })
}

/** A variable of the environment. An empty one says nothing. */
function named(env: Context['io']['env'], name: string): string | undefined {
  return env[name] === '' ? undefined : env[name]
}
