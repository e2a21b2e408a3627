import type { ComponentChildren, VNode } from 'preact'
import { CSRF_FIELD } from '../csrf.js'
import { formValue } from '../form-value.js'
import type { PageContext } from '../pages/page.js'

/** What every form needs to know. */
export type FormContext = Pick<PageContext, 'csrf' | 'links' | 'visitor'>

export interface ActionFormProps {
  readonly context: FormContext
  /** Its name: the form is sent to `/do/NAME`. */
  readonly action: string
  /** Where to go afterwards, below the mount, with its query. */
  readonly back: string
  readonly fields?: Readonly<Record<string, string | readonly string[]>>
  readonly class?: string
  readonly id?: string
  /** Boxes of rows belong to it: see browser/rows.ts. */
  readonly 'data-choice'?: boolean
  readonly children: ComponentChildren
}

/** A form that changes something. Visitors who may only look see nothing of it. */
export function ActionForm({ context, action, back, fields = {}, children, ...rest }: ActionFormProps): VNode | null {
  if (context.visitor.role !== 'operate') return null
  return (
    <form method="post" action={context.links.to(`/do/${action}`)} {...rest}>
      <input type="hidden" name={CSRF_FIELD} value={context.csrf} />
      <input type="hidden" name="back" value={back} />
      {Object.entries(fields).flatMap(([name, value]) =>
        [value].flat().map((each) => <input type="hidden" name={name} value={formValue(each)} />),
      )}
      {children}
    </form>
  )
}

/** A form that is a single button. `about`: what it is for, for those who do not see where it stands. */
export function ActionButton({
  label,
  about,
  kind = 'plain',
  ...form
}: Omit<ActionFormProps, 'children' | 'class'> & {
  readonly label: string
  readonly about?: string
  readonly kind?: 'plain' | 'primary' | 'danger'
}): VNode | null {
  return (
    <ActionForm {...form} class="inline">
      <button type="submit" class={kind === 'plain' ? 'button' : `button ${kind}`}>
        {label}
        {about === undefined ? null : <span class="unseen"> {about}</span>}
      </button>
    </ActionForm>
  )
}
