import type { VNode } from 'preact'
import { printable } from '../../printable.js'
import { Rows, numbers } from '../view/rows.js'
import type { Links } from '../view/links.js'
import { Badge, Count } from '../view/text.js'
import type { TenantLook } from './look.js'
import { pathOfTenant } from './place.js'

interface TableProps {
  readonly links: Links
  readonly tenants: readonly TenantLook[]
}

/** Tenants as a table; each leads to its dashboard. */
export function TenantTable({ links, tenants }: TableProps): VNode {
  return (
    <Rows label="Tenants" heads={['Tenant', 'State', numbers('waiting'), numbers('running'), numbers('weight')]}>
      {tenants.map(({ name, state, waiting, running, weight, connected }) => (
        <tr id={`tenant-${name}`}>
          <th scope="row">
            <a href={links.to(`${pathOfTenant(name)}/`)} class="open">
              {printable(name)}
            </a>
          </th>
          <td>
            <Badge state={state} />
            {connected ? null : <span class="badge failed">Redis does not answer</span>}
          </td>
          <td class="number">
            <Count value={waiting} />
          </td>
          <td class="number">
            <Count value={running} />
          </td>
          <td class="number">
            <Count value={weight} />
          </td>
        </tr>
      ))}
    </Rows>
  )
}
