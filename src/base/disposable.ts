/** Something that is released by calling it. Whatever subscribes, opens, forks or allocates returns one. */
export type Dispose = () => void;
