import { RqdError } from '../../src/errors.js'
import { DEFAULT_PREFIX } from '../../src/redis/keys.js'

/** Somebody whose jobs the daemon runs beside those of others. */
export interface Tenant {
  readonly name: string
  /** Of all keys of this tenant. */
  readonly prefix: string
  /** Its share of the executors, beside the weights of the others that have jobs. */
  readonly weight: number
}

/** What stands for a tenant in the prefix of all of them. */
export const TENANT_PLACE = '{tenant}'

/** The prefix of tenants, unless another is given. Its hash tag keeps each of them in one slot of a Redis Cluster. */
export const DEFAULT_TENANT_PREFIX = `${TENANT_PLACE}:${DEFAULT_PREFIX}`

const LIGHTEST = 0.001
const HEAVIEST = 1_000

/**
 * Read `ann`, or `ann=2` with a weight, which is 1 otherwise.
 * @throws RqdError RQD_BAD_OPTION saying what was expected
 */
export function readTenant(text: string): Omit<Tenant, 'prefix'> {
  const at = text.indexOf('=')
  const name = checkTenantName(at === -1 ? text : text.slice(0, at))
  if (at === -1) return { name, weight: 1 }
  const digits = text.slice(at + 1)
  const weight = /^\d+(\.\d+)?$/.test(digits) ? Number(digits) : NaN
  if (weight >= LIGHTEST && weight <= HEAVIEST) return { name, weight }
  const expected = `expected a number from ${LIGHTEST} to ${HEAVIEST}, as in ${name}=2`
  throw new RqdError('RQD_BAD_OPTION', `the weight of tenant ${name} is ${JSON.stringify(digits)}; ${expected}`)
}

/** @throws RqdError RQD_BAD_OPTION if this cannot be the name of a tenant */
export function checkTenantName(name: string): string {
  // Browsers resolve dots in the paths of the dashboard.
  if (/^[A-Za-z0-9_.-]+$/.test(name) && name !== '.' && name !== '..') return name
  const text = `the name of a tenant is ${JSON.stringify(name)}; expected letters, digits, "_", "." and "-", and not "." or ".." alone`
  throw new RqdError('RQD_BAD_OPTION', text)
}

/** The prefix of a tenant: `{tenant}:rq` becomes `{ann}:rq`. */
export function tenantPrefix(template: string, name: string): string {
  return template.replaceAll(TENANT_PLACE, () => `{${name}}`)
}

/** Give tenants their prefixes. */
export function placeTenants(tenants: readonly Omit<Tenant, 'prefix'>[], template: string): Tenant[] {
  return tenants.map(({ name, weight }) => ({ name, prefix: tenantPrefix(template, name), weight }))
}

/** The tenant that is named twice, if there is one. */
export function doubledTenant(tenants: readonly Pick<Tenant, 'name'>[]): string | undefined {
  const names = tenants.map(({ name }) => name)
  return names.find((name, i) => names.indexOf(name) !== i)
}
