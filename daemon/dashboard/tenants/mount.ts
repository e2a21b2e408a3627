import { randomBytes } from 'node:crypto'
import type { Operations } from '../../control/operations.js'
import type { DataCaller } from '../../data/caller.js'
import { tagged } from '../../log/tagged.js'
import { Door } from '../door.js'
import { handle } from '../handler.js'
import { Live } from '../live.js'
import { type MountOptions, type Mounted, mountDashboard } from '../mount.js'
import { Sessions } from '../sessions.js'
import { TenantList } from './list.js'
import { type TenantLook, fingerprintOfTenants, tenantsOf } from './look.js'
import { tenantPlace } from './place.js'

export interface TenantsOptions extends Pick<MountOptions, 'admission' | 'clock' | 'logger' | 'secret'> {
  readonly tenants: readonly string[]
  /** Where questions about a tenant are answered. */
  readonly dataOf: (tenant: string) => DataCaller
  readonly status: Operations['status']
}

/** A list of tenants, and below `/tenants/NAME` a dashboard for each of them; who has signed in has for all of them. */
export function mountTenants({ tenants, dataOf, status, ...options }: TenantsOptions): Mounted {
  const { admission, clock, logger } = options
  const secret = options.secret ?? randomBytes(32).toString('base64url')
  const sessions = new Sessions(clock)
  const boards = new Map(
    tenants.map((tenant) => {
      const log = tagged(logger, { tenant })
      const data = dataOf(tenant)
      return [tenant, mountDashboard({ data, admission, clock, logger: log, secret, sessions, tenant })]
    }),
  )
  const looks = async (): Promise<TenantLook[]> => tenantsOf(await status())
  const door = new Door({ admission, sessions, logger })
  const list = new TenantList({ tenants: looks, door, secret, logger })
  const live = new Live({ fingerprint: async () => fingerprintOfTenants(await looks()), logger })
  return {
    handle: (request, response, mounted) => {
      const root = mounted.root ?? mounted.base
      const { tenant, ...place } = tenantPlace(mounted)
      const board = tenant === undefined ? undefined : boards.get(tenant)
      if (board !== undefined) return board.handle(request, response, { ...place, root })
      return handle({ dashboard: list, live, logger }, request, response, { ...place, root })
    },
    close: async () => {
      live.close()
      await Promise.all([...boards.values()].map((board) => board.close()))
    },
  }
}
