import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Clock } from '../../src/clock.js'
import type { Logger } from '../../src/logger.js'
import { systemRandom } from '../../src/random.js'
import type { DataCaller } from '../data/caller.js'
import { BulkRuns } from './bulk-runs.js'
import { Dashboard } from './dashboard.js'
import { Door } from './door.js'
import { FailureIndex } from './failure-index.js'
import { fingerprintOf } from './fingerprint.js'
import { type MountedRequest, type Place, handle } from './handler.js'
import { Live } from './live.js'
import { Sessions } from './sessions.js'
import type { Admission } from './visits.js'

export interface MountOptions {
  /** Where questions are answered. */
  readonly data: DataCaller
  readonly admission: Admission
  readonly clock: Clock
  readonly logger: Logger
  /** What forms are signed with; made up if left out. */
  readonly secret?: string | undefined
  /** Who has signed in, where several dashboards share it; its own if left out. */
  readonly sessions?: Sessions | undefined
  /** Whose jobs it shows, where each of several tenants has a dashboard. */
  readonly tenant?: string | undefined
}

/** A dashboard that answers requests, wherever it is mounted. */
export interface Mounted {
  /** `base`: the path where it is mounted, or nothing; `path`: what stands behind it, without the query. */
  handle(request: MountedRequest, response: ServerResponse, place: Place): Promise<void>
  /** Ends what goes on. */
  close(): Promise<void>
}

export function mountDashboard(options: MountOptions): Mounted {
  const { data, logger, clock } = options
  const secret = options.secret ?? randomBytes(32).toString('base64url')
  const failures = new FailureIndex({ data, clock, logger })
  const runs = new BulkRuns({ data, clock, random: systemRandom, logger, onEnd: () => failures.refresh() })
  const { admission, sessions = new Sessions(clock), tenant } = options
  const door = new Door({ admission, sessions, logger })
  const dashboard = new Dashboard({ data, door, secret, clock, logger, failures, runs, tenant })
  const fingerprint = async (): Promise<string> =>
    `${dashboard.pulse()} ${failures.revision} ${await fingerprintOf(data)}`
  const live = new Live({ fingerprint, logger })
  return {
    handle: (request, response, place) => handle({ dashboard, live, logger }, request, response, place),
    close: async () => {
      live.close()
      await Promise.all([runs.close(), failures.stop()])
    },
  }
}
