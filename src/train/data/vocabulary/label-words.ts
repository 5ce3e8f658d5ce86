/** What labels say: short words in capital letters, beside random letters and numbers. */
export const labelWords: readonly string[] = (
  'HI HELLO YES NO OK GO STOP WOW LOVE HOME OPEN SALE NEW HOT COOL FUN JOY SUN MOON STAR CAT DOG CAKE TEA PLAY GAME ' +
  'BOOK RED BLUE ZOO FARM SHOP CAFE PIZZA PARTY SPRING SUMMER WINTER BYE MOM DAD BABY KIDS TOP BEST FREE HAPPY MUSIC'
).split(' ');
