import { useRef, useState, type ComponentProps } from 'react';

/** Of whatever can be named. */
const longestName = 255;

interface Naming {
  readonly isNaming: boolean;
  readonly begin: () => void;
  /** What has the name; it gets the focus back from a key that ends the naming. */
  readonly place: (element: HTMLElement | null) => void;
  /** Of the field that stands in its place. */
  readonly field: Pick<ComponentProps<'input'>, 'ref' | 'maxLength' | 'onBlur' | 'onKeyDown'>;
}

/**
 * Something is renamed where it stands: Enter and leaving the field take the name, Escape does not.
 * @param take is given the name without spaces around it
 */
export function useNaming(take: (name: string) => void): Naming {
  const [isNaming, setNaming] = useState(false);
  const goesBack = useRef(false);
  return {
    isNaming,
    begin: () => setNaming(true),
    place: (element) => {
      if (!element || !goesBack.current) return;
      goesBack.current = false;
      element.focus();
    },
    field: {
      // The field appears because somebody asked to type into it.
      ref: (field) => field?.focus(),
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
