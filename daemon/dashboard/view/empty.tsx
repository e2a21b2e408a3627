import type { VNode } from 'preact'

/** Says that there is nothing, where a list would be. */
export function Empty({ text }: { readonly text: string }): VNode {
  return <p class="empty">{text}</p>
}
