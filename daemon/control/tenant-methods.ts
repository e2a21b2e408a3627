import { RqdError } from '../../src/errors.js'
import { dataMethods } from '../data/methods.js'
import { shownParams } from './audit.js'
import { BadParamsError } from './faults.js'
import { type CallContext, type Handler, type Served, bindMethods } from './methods.js'
import type { MethodName } from './protocol.js'
import { didYouMean } from './spelling.js'

/** What a request asks for: whose daemon or data it means, and the parameters of the method itself. */
export interface Addressed {
  /** As it was sent; undefined: the daemon as a whole. */
  readonly tenant: unknown
  readonly params: unknown
}

/** Methods that change the pool or the process, which all tenants share. */
const ofTheWhole: readonly MethodName[] = ['scale', 'restart-executors', 'reload', 'shutdown']

/** Take the tenant out of the parameters of a request. By position none can be given. */
export function addressed(raw: unknown): Addressed {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw) || !Object.hasOwn(raw, 'tenant')) {
    return { tenant: undefined, params: raw }
  }
  const { tenant, ...params } = raw as Record<string, unknown>
  return { tenant, params }
}

/** Answers a method for the tenant that a request names, or for the daemon as a whole. */
export type AddressedHandler = (method: MethodName, request: Addressed, context: CallContext) => Promise<unknown>

/** Bind the method table to a daemon and to each of its tenants. */
export function bindTenants(served: Served, version: string): AddressedHandler {
  const whole = bindMethods(served, version)
  const tenants = new Map<string, Record<MethodName, Handler>>()
  for (const [name, each] of served.tenants ?? []) tenants.set(name, bindMethods(each, version))
  const names = [...tenants.keys()]
  return async (method, { tenant, params }, context) => {
    if (tenant === undefined) {
      if (names.length > 0 && Object.hasOwn(dataMethods, method)) throw unaddressed(method, names)
      return whole[method](params, context)
    }
    if (typeof tenant !== 'string') {
      throw new BadParamsError(`parameter tenant of ${method} is ${shownParams(tenant)}; expected the name of a tenant`)
    }
    if (names.length === 0) throw noTenants(tenant)
    const handlers = tenants.get(tenant)
    if (handlers === undefined) throw noSuchTenant(tenant, names)
    if (ofTheWhole.includes(method)) throw sharedByAll(method, tenant, names)
    return handlers[method](params, context)
  }
}

function unaddressed(method: string, names: readonly string[]): RqdError {
  const text = `this daemon has tenants, and ${method} is about the data of one: add the parameter "tenant" (rqctl: --tenant), one of ${names.join(', ')}`
  return new RqdError('RQD_BAD_OPTION', text)
}

function noTenants(tenant: string): RqdError {
  const text = `found tenant ${shown(tenant)}, and this daemon has no tenants: leave it out, or start the daemon with --tenants`
  return new RqdError('RQD_BAD_OPTION', text)
}

function noSuchTenant(tenant: string, names: readonly string[]): RqdError {
  const text = `this daemon has no tenant ${shown(tenant)}${didYouMean(tenant, names)}; there are ${names.join(', ')}`
  return new RqdError('RQD_BAD_OPTION', text)
}

function sharedByAll(method: string, tenant: string, names: readonly string[]): RqdError {
  const text = `found tenant ${shown(tenant)}, and ${method} is about what ${names.join(', ')} share: leave the tenant out`
  return new RqdError('RQD_BAD_OPTION', text)
}

function shown(tenant: string): string {
  return JSON.stringify(tenant.slice(0, 80))
}
