import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Clock } from '../../src/clock.js'
import type { Logger } from '../../src/logger.js'
import type { DataCaller } from '../data/caller.js'
import { Dashboard } from './dashboard.js'
import { fingerprintOf } from './fingerprint.js'
import { type MountedRequest, handle } from './handler.js'
import { Live } from './live.js'
import type { Admission } from './visits.js'

export interface MountOptions {
  /** Where questions are answered. */
  readonly data: DataCaller
  readonly admission: Admission
  readonly clock: Clock
  readonly logger: Logger
  /** What forms are signed with; made up if left out. */
  readonly secret?: string | undefined
}

/** A dashboard that answers requests, wherever it is mounted. */
export interface Mounted {
  /** `base`: the path where it is mounted, or nothing; `path`: what stands behind it, without the query. */
  handle(request: MountedRequest, response: ServerResponse, place: { base: string; path: string }): Promise<void>
  /** Ends what goes on. */
  close(): Promise<void>
}

export function mountDashboard(options: MountOptions): Mounted {
  const { data, logger } = options
  const secret = options.secret ?? randomBytes(32).toString('base64url')
  const dashboard = new Dashboard({ ...options, secret })
  const fingerprint = async (): Promise<string> => `${dashboard.pulse()} ${await fingerprintOf(data)}`
  const live = new Live({ fingerprint, logger })
  return {
    handle: (request, response, place) => handle({ dashboard, live, logger }, request, response, place),
    close: () => {
      live.close()
      return Promise.resolve()
    },
  }
}
