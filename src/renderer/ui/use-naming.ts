import { useRef, useState, type ComponentProps } from 'react';

/** Of whatever can be named. */
const longestName = 255;

interface Naming {
  readonly isNaming: boolean;
  readonly begin: () => void;
  /** For an entry of a menu: begins once the menu has closed, which would take the focus away from the field. */
  readonly beginAfterMenu: () => void;
  /** Of that menu. */
  readonly finalFocus: () => boolean;
  /** What has the name; it gets the focus back from a key that ends the naming. */
  readonly place: (element: HTMLElement | null) => void;
  /** Of the field that stands in its place. */
  readonly field: Pick<ComponentProps<'input'>, 'ref' | 'maxLength' | 'onBlur' | 'onKeyDown'>;
}

/** The field appears because somebody asked to type into it; what is typed takes the place of the name. */
function takeFocus(field: HTMLInputElement | null): void {
  field?.focus();
  field?.select();
}

/**
 * Something is renamed where it stands: Enter and leaving the field take the name, Escape does not.
 * @param take is given the name without spaces around it
 */
export function useNaming(take: (name: string) => void): Naming {
  const [isNaming, setNaming] = useState(false);
  const goesBack = useRef(false);
  const isWaiting = useRef(false);
  return {
    isNaming,
    begin: () => setNaming(true),
    beginAfterMenu: () => {
      isWaiting.current = true;
    },
    finalFocus: () => {
      if (!isWaiting.current) return true;
      isWaiting.current = false;
      setNaming(true);
      return false;
    },
    place: (element) => {
      if (!element || !goesBack.current) return;
      goesBack.current = false;
      element.focus();
    },
    field: {
      ref: takeFocus,
      maxLength: longestName,
      onBlur: (event) => {
        setNaming(false);
        take(event.target.value.trim());
      },
      onKeyDown: (event) => {
        if (event.nativeEvent.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return;
        // The key would go on to what has the name.
        event.preventDefault();
        goesBack.current = true;
        setNaming(false);
        if (event.key === 'Enter') take(event.currentTarget.value.trim());
      },
    },
  };
}
