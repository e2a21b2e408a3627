import type { VNode } from 'preact'
import { printable } from '../../printable.js'
import { CSRF_FIELD } from '../csrf.js'
import { formValue } from '../form-value.js'
import type { PageContext } from '../pages/page.js'

/** The field that says yes. */
export const CONFIRMED_FIELD = 'confirmed'

/** Asks before what cannot be undone: the same form again, with a yes in it. */
export function Question(props: {
  readonly context: PageContext
  readonly action: string
  readonly form: URLSearchParams
  readonly question: string
  readonly back: string
}): VNode {
  const { context, action, form, question, back } = props
  const fields = [...form].filter(([name]) => name !== CSRF_FIELD && name !== CONFIRMED_FIELD)
  return (
    <section class="panel narrow">
      <h1>Are you sure?</h1>
      <p>{printable(question)}</p>
      <form method="post" action={context.links.to(`/do/${action}`)} class="buttons">
        <input type="hidden" name={CSRF_FIELD} value={context.csrf} />
        {fields.map(([name, value]) => (
          <input type="hidden" name={name} value={formValue(value)} />
        ))}
        <input type="hidden" name={CONFIRMED_FIELD} value="yes" />
        <button type="submit" class="button danger">
          Yes
        </button>
        <a class="button" href={context.links.to(back)}>
          No, go back
        </a>
      </form>
    </section>
  )
}
