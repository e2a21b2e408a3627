import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { RqdError, coerceError } from '../src/errors.js'

/** The parts of @sentry/node that are used: it is an optional peer, so that its own types may not be there. */
interface SentrySdk {
  getClient(): unknown
  init(options: object): unknown
  captureException(error: unknown, context: object): string
  flush(timeoutMs: number): Promise<boolean>
  linkedErrorsIntegration(): unknown
  contextLinesIntegration(): unknown
  nodeContextIntegration(): unknown
}

/** A job that failed, and has no retry left. */
export interface JobFailure {
  readonly jobId: string
  readonly queue: string
  readonly func: string
  readonly error: unknown
}

/** Reports failed jobs to Sentry. */
export interface SentryReporter {
  readonly report: (failure: JobFailure) => void
  /** Wait until all that was reported has been sent, or the time is over. */
  flush(limitMs: number): Promise<void>
}

/**
 * Load @sentry/node, as installed beside the tasks or beside rqd, and connect it, unless the operator's own code has
 * done so. Nothing of the process is instrumented: who wants that calls `Sentry.init` in a preload module or a hook.
 * @throws RqdError RQD_BAD_OPTION if it is not installed, or does not take the DSN
 */
export async function loadSentry(
  dsn: string,
  taskPaths: readonly string[],
  beside = import.meta.url,
): Promise<SentryReporter> {
  const sdk = await importSdk(taskPaths, beside)
  if (sdk.getClient() === undefined) start(sdk, dsn)
  return {
    report: ({ jobId, queue, func, error }) => {
      sdk.captureException(error, {
        captureContext: { tags: { job_id: jobId, queue, func } },
        mechanism: { type: 'rqd', handled: false },
      })
    },
    flush: async (limitMs) => {
      await sdk.flush(limitMs)
    },
  }
}

/** Sentry for the supervisor: it is loaded while the executors load theirs, and what is reported before is kept. */
export class LateSentry {
  readonly #load: () => Promise<SentryReporter>
  #loaded: Promise<SentryReporter> | undefined

  constructor(dsn: string, taskPaths: readonly string[]) {
    this.#load = () => loadSentry(dsn, taskPaths)
  }

  /** Throws what `loadSentry` throws. */
  load(): Promise<SentryReporter> {
    this.#loaded ??= this.#load()
    return this.#loaded
  }

  /** Where it does not load, whoever started that is told. */
  report(failure: JobFailure): void {
    this.load().then(
      (sentry) => sentry.report(failure),
      () => undefined,
    )
  }

  /** As that of the reporter, of what was loaded. Never rejects. */
  async flush(limitMs: number): Promise<void> {
    await this.#loaded?.then((sentry) => sentry.flush(limitMs)).catch(() => undefined)
  }
}

function start(sdk: SentrySdk, dsn: string): void {
  checkDsn(dsn)
  sdk.init({
    dsn,
    defaultIntegrations: false,
    // Not among them: the one that leaves out an error like the one before, which may be another job's.
    integrations: [sdk.linkedErrorsIntegration(), sdk.contextLinesIntegration(), sdk.nodeContextIntegration()],
    skipOpenTelemetrySetup: true,
  })
}

function checkDsn(dsn: string): void {
  let url: URL | undefined
  try {
    url = new URL(dsn)
  } catch {
    // Said below.
  }
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.username !== '' && /\/\d+$/.test(url.pathname)) return
  // It is a secret of sorts: only its form is told.
  const found = url === undefined ? 'no URL' : `a ${url.protocol}//… URL without a key or a project number`
  throw new RqdError('RQD_BAD_OPTION', `sentryDsn is ${found}; expected https://KEY@HOST/PROJECT, as Sentry shows it`)
}

async function importSdk(taskPaths: readonly string[], beside: string): Promise<SentrySdk> {
  const places = [...taskPaths.map((path) => join(path, 'index.js')), beside]
  for (const place of places) {
    let file: string
    try {
      file = createRequire(place).resolve('@sentry/node')
    } catch {
      continue // not seen from there
    }
    try {
      return (await import(pathToFileURL(file).href)) as SentrySdk
    } catch (thrown) {
      const cause = coerceError(thrown)
      throw new RqdError('RQD_BAD_OPTION', `@sentry/node, for sentryDsn, does not load: ${cause.message}`, { cause })
    }
  }
  throw new RqdError(
    'RQD_BAD_OPTION',
    `sentryDsn is set, but the package @sentry/node is installed neither beside the tasks (${taskPaths.join(', ')}) ` +
      'nor beside rqd: run "npm install @sentry/node", or leave the DSN out',
  )
}
