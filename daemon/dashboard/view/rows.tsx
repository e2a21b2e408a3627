import type { ComponentChildren, VNode } from 'preact'

/** The head of a column. Numbers stand at the right; what is unseen is said only to those who do not see the column. */
export interface Head {
  readonly text: ComponentChildren
  readonly kind: 'number' | 'unseen'
}

/** A table of things, a row each, which scrolls by itself where it is wider than the page. */
export function Rows(props: {
  /** What they are, for those who do not see where they are. */
  readonly label: string
  /** Of each column: text, or with what is special about it. */
  readonly heads: readonly (ComponentChildren | Head)[]
  readonly class?: string
  readonly children: ComponentChildren
}): VNode {
  const { label, heads, class: more = '', children } = props
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={label}>
      <table class={`rows ${more}`.trimEnd()}>
        <thead>
          <tr>
            {heads.map((head) =>
              isHead(head) ? (
                <th scope="col" class={head.kind === 'number' ? 'number' : undefined}>
                  {head.kind === 'unseen' ? <span class="unseen">{head.text}</span> : head.text}
                </th>
              ) : (
                <th scope="col">{head}</th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}

/** A column of numbers. */
export function numbers(text: string): Head {
  return { text, kind: 'number' }
}

/** A column that those who see need no word for. */
export function unseen(text: string): Head {
  return { text, kind: 'unseen' }
}

function isHead(head: ComponentChildren | Head): head is Head {
  return typeof head === 'object' && head !== null && 'kind' in head
}
