import { systemRandom } from '../../src/random.js'
import type { CustomSettings } from '../ipc/custom-settings.js'
import { PROTOCOL_VERSION } from '../ipc/messages.js'
import { spawnNodeExecutor } from '../supervisor/spawn.js'

/** Modules that have not loaded by then are given up. */
const LIMIT_MS = 30_000
/** Nobody reads them. */
const STATS_INTERVAL_MS = 60_000

/** What a trial executor gets. */
export interface TrialSetting {
  readonly environment: NodeJS.ProcessEnv
  readonly heapMb: number | null
  readonly taskPaths: readonly string[]
  /** Modules to load. */
  readonly modules: readonly string[]
  /** What the operator adds to executors. */
  readonly custom?: CustomSettings | undefined
  /** Ends the trial. */
  readonly signal?: AbortSignal
}

/** Start an executor, let it load modules, and end it. @returns why it cannot work; undefined if it can. */
export async function tryExecutor(setting: TrialSetting): Promise<string | undefined> {
  const { environment, heapMb, custom, signal: stop } = setting
  const executor = spawnNodeExecutor({ environment, daemonId: systemRandom.hex(32), heapMb })
  executor.stdout.resume()
  executor.stderr.resume()
  let timer: NodeJS.Timeout | undefined
  const answered = new Promise<string | undefined>((resolve) => {
    executor.channel.onMessage((message) => {
      if (message.type === 'ready') resolve(undefined)
      if (message.type === 'fatal') resolve(reasonOf(message))
    })
    timer = setTimeout(() => resolve(`its modules have not loaded within ${LIMIT_MS / 1000} s`), LIMIT_MS)
    stop?.addEventListener('abort', () => resolve('it was told to end'), { once: true })
    void executor.ended.then(({ code, signal }) => resolve(`it ended with ${signal ?? `exit code ${code ?? '?'}`}`))
  })
  executor.channel.send({
    type: 'hello',
    protocol: PROTOCOL_VERSION,
    worker: 'rqd check',
    taskPaths: [...setting.taskPaths],
    preload: [...setting.modules],
    statsIntervalMs: STATS_INTERVAL_MS,
    concurrency: 1,
    ...(custom === undefined ? {} : { custom }),
  })
  try {
    return await answered
  } finally {
    clearTimeout(timer)
    executor.channel.close()
    executor.signal('SIGKILL')
    await executor.ended
  }
}

// The last cause says what is wrong with the module. A syntax error has its place in the file before it.
function reasonOf({ message, traceback }: { message: string; traceback: string }): string {
  const [, ...causes] = traceback.split('\nCaused by: ')
  const lines = (causes.at(-1) ?? '').split('\n')
  const cause = lines.find((line) => /^\w*Error\b.*:/.test(line)) ?? lines[0] ?? ''
  return cause === '' ? message : `${message}: ${cause}`
}
