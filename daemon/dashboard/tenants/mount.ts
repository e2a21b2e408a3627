import type { DataCaller } from '../../data/caller.js'
import { safeHeaders } from '../headers.js'
import { type Mounted, type MountOptions, mountDashboard } from '../mount.js'
import { placeOf } from './place.js'

export interface TenantsOptions extends Omit<MountOptions, 'data'> {
  readonly tenants: readonly string[]
  /** Where questions about a tenant are answered. */
  readonly dataOf: (tenant: string) => DataCaller
}

/** A dashboard for each tenant, below `/tenants/NAME`. */
export function mountTenants({ tenants, dataOf, ...shared }: TenantsOptions): Mounted {
  const boards = new Map(tenants.map((tenant) => [tenant, mountDashboard({ ...shared, data: dataOf(tenant) })]))
  return {
    handle: async (request, response, mounted) => {
      const place = placeOf(mounted)
      const board = place.kind === 'tenant' ? boards.get(place.tenant) : undefined
      if (board !== undefined && place.kind === 'tenant') return board.handle(request, response, place)
      response.writeHead(404, { ...safeHeaders, 'content-type': 'text/plain; charset=utf-8' })
      response.end('There is no such tenant.\n')
    },
    close: async () => {
      await Promise.all([...boards.values()].map((board) => board.close()))
    },
  }
}
