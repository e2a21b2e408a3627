/** Path of a tenant's dashboard below the place where all are mounted; their names need no escape. */
export function pathOfTenant(tenant: string): string {
  return `/tenants/${tenant}`
}

/**
 * Where a request goes.
 * @param place where all are mounted, and what stands behind it
 * @returns the same of the tenant's dashboard; without a tenant: of the list
 */
export function tenantPlace({ base, path }: { readonly base: string; readonly path: string }): {
  readonly tenant: string | undefined
  readonly base: string
  readonly path: string
} {
  const [, tenant, rest = ''] = /^\/tenants\/([^/]+)(\/.*)?$/.exec(path) ?? []
  return tenant === undefined ? { tenant, base, path } : { tenant, base: `${base}${pathOfTenant(tenant)}`, path: rest }
}
