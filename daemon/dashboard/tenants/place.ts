/** Where a request below the place of several dashboards goes. */
export type TenantPlace =
  | { readonly kind: 'list'; readonly path: string }
  | { readonly kind: 'tenant'; readonly tenant: string; readonly base: string; readonly path: string }

/** Path of a tenant's dashboard below the place where all are mounted; their names need no escape. */
export function pathOfTenant(tenant: string): string {
  return `/tenants/${tenant}`
}

/** @param place where all are mounted, and what stands behind it */
export function placeOf({ base, path }: { readonly base: string; readonly path: string }): TenantPlace {
  const [, tenant, rest = ''] = /^\/tenants\/([^/]+)(\/.*)?$/.exec(path) ?? []
  if (tenant === undefined) return { kind: 'list', path }
  return { kind: 'tenant', tenant, base: `${base}${pathOfTenant(tenant)}`, path: rest }
}
