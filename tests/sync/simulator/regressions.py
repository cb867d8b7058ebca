"""Seeds that ever failed, with what they had found; they are run with every test.

A seed tells the same story only as long as the program asks chance the same questions, so each
defect also has a test of its own where one could be written.
"""

REGRESSIONS: dict[int, str] = {
    0: "one backup put back twice: laptops that met the server in between doubted its log for ever",
    162: "a visit of a clock that began at 1970 was refused: who arrived before did so in 1969",
    202: "what a server put back had shown before a second time was compared, though not approved",
    265: "a repair that was cut was taken for a look, and what had rotted stayed for one sync more",
    363: "files asked for again of a server put back were settled by a sync that was called idle",
    850: "a reading of a compacted feed went on in an older server, without what was left out",
    965: "a copy believed the former server's answers: the other had asked the present one",
    1739: "exits of the very commit a feed was compacted up to were not told to a reader amid it",
    2514: "a program that ended behind the commit of a photo left a fact without its bytes",
    3103: "a page that a stopped sync had fetched ahead came hours later: the log seemed to shrink",
    3197: "the trouble of a page fetched ahead ended a later sync over a line that worked",
    3350: "a page of the server before it was put back was read as the present one's",
    3969: "exits of such a commit again, and no digest was compared in that sync",
    4202: "amid the commit a feed was compacted up to, the model expected what was left out",
    4856: "a case read anew that had left was here for a page without work done on it",
    5376: "a case that came back was shown for a page without its budget",
    5749: "a file the server had whole already was settled by a sync that was called idle",
    6358: "what was refused and let go was taken by a server put back, and not shown yet",
    6660: "the same, given back and answered anew within one sync",
    7419: "a case that came back was shown for a page without its photo",
    8653: "a case read anew was shown for a page without its photo",
    8919: "a case that came back was shown for a page without its call",
    9521: "a file that the server had whole already, of a laptop alone",
    9545: "a file that the server had whole already, of a second copy",
    10125: "what a server put back had answered was out of sight until its echo came",
    10350: "a repair brought a record that was told with the next page only",
}
