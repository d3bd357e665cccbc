package dev.jobd.cli.render;

/**
 * What stands in front of each line, and how the line itself is shown.
 *
 * @param names whether its stream's name does
 * @param times whether its time does
 * @param harmless whether what would act on a terminal is written in words instead
 * @param colours whether the names have colours
 */
public record LineStyle(boolean names, boolean times, boolean harmless, boolean colours) {}
